import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type ProviderCall } from '../provider.js';
import { Books, isSameCall } from './books.js';
import { type Fault, Faults } from './faults.js';
import { type Entry, LedgerFile, readLedger, repairLedger } from './ledger-file.client.js';
import { behaviourOf } from './tokens.js';

type Hits = ReadonlyMap<Fault['kind'], Fault>;

/** `unavailable`: 503. `silent`: the connection stays open for so long, and no answer is sent. */
export type Reaction =
  | { readonly answer: Answer | { readonly outcome: 'absent' } }
  | 'unavailable'
  | 'key_reused'
  | { readonly silentMs: number };

/** The stand-alone sandbox: an independent provider with books of its own, on disk before it answers. */
export class SandboxProvider {
  readonly faults = new Faults();
  private readonly failedOnce = new Set<string>();
  private readonly underWay = new Map<string, Promise<Entry>>();

  private constructor(
    private readonly books: Books,
    private readonly file: LedgerFile,
  ) {}

  static async open(path: string): Promise<SandboxProvider> {
    await repairLedger(path);
    return new SandboxProvider(new Books(await readLedger(path)), await LedgerFile.open(path));
  }

  ledger(): Entry[] {
    return this.books.all();
  }

  close(): Promise<void> {
    return this.file.close();
  }

  async get(key: string): Promise<Reaction> {
    const known = this.books.find(key);
    const hits = this.faults.hit('get', known?.paymentId ?? key.slice(0, key.lastIndexOf(':')));
    await pause(hits.get('latency')?.ms ?? 0);
    if (hits.has('fail_before')) return 'unavailable';
    const entry = this.books.find(key);
    return { answer: entry ? answerOf(entry) : { outcome: 'absent' } };
  }

  async perform(call: ProviderCall): Promise<Reaction> {
    const known = this.books.find(call.key);
    if (known && !isSameCall(known, call)) return 'key_reused';
    const hits = this.faults.hit(call.operation, call.paymentId);
    await pause(hits.get('latency')?.ms ?? 0);
    if (hits.has('fail_before') || (!known && this.tokenFails(call))) return 'unavailable';

    const entry = await this.once(call, hits.get('decline'));
    if (!isSameCall(entry, call)) return 'key_reused';
    const byToken = !known && takesMoney(call) && behaviourOf(call.method).fails === 'after';
    return lost(hits, byToken) ?? { answer: answerOf(entry, hits) };
  }

  /** Twins of one key wait for the same entry. */
  private once(call: ProviderCall, decline: Fault | undefined): Promise<Entry> {
    const twin = this.underWay.get(call.key);
    if (twin) return twin;
    const entry = this.carryOut(call, decline).finally(() => this.underWay.delete(call.key));
    this.underWay.set(call.key, entry);
    return entry;
  }

  private async carryOut(call: ProviderCall, decline: Fault | undefined): Promise<Entry> {
    const known = this.books.find(call.key);
    if (known) return known;
    if (takesMoney(call)) await pause(behaviourOf(call.method).delayMs ?? 0);
    const at = new Date().toISOString();
    const entry = decline
      ? this.books.judge(call, at, decline.code ?? 'card_declined')
      : this.books.judge(call, at);
    await this.file.append(entry);
    this.books.add(entry);
    return entry;
  }

  private tokenFails(call: ProviderCall): boolean {
    if (!takesMoney(call)) return false;
    const { fails } = behaviourOf(call.method);
    if (fails === 'before') return true;
    if (fails !== 'before_once' || this.failedOnce.has(call.key)) return false;
    this.failedOnce.add(call.key);
    return true;
  }
}

function takesMoney({ operation }: ProviderCall): boolean {
  return operation === 'authorize' || operation === 'capture';
}

/** How the answer gets lost, if it does. */
function lost(hits: Hits, byToken: boolean): Reaction | undefined {
  if (hits.has('fail_after')) return 'unavailable';
  const silent = hits.get('silent_after');
  if (silent) return { silentMs: silent.ms ?? 10_000 };
  return byToken ? { silentMs: 0 } : undefined;
}

function answerOf(entry: Entry, hits?: Hits): Answer {
  const { chargeId, currency, outcome, code = 'declined' } = entry;
  if (outcome === 'declined') return { outcome, code };
  return { outcome, chargeId, amount: entry.amount + (hits?.get('amount_off')?.by ?? 0), currency };
}
