import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type ProviderCall } from '../provider.js';
import { type Action, actionFor, askingFor, KnownActions, type StepOptions, verdictOn } from './action.js';
import { Books, isSameCall } from './books.js';
import { type Fault, Faults } from './faults.js';
import { type Entry, LedgerFile, readLedger, readLines, repairLedger } from './ledger-file.client.js';
import { type Desk } from './pages.client.js';
import { behaviourOf } from './tokens.js';
import { type SandboxEvent } from './webhook.js';
import { type WebhookSender } from './webhook-sender.client.js';

type Hits = ReadonlyMap<Fault['kind'], Fault>;

/** `unavailable`: 503. `silent`: the connection stays open for so long, and no answer is sent. */
export type Reaction =
  | { readonly answer: Answer | { readonly outcome: 'absent' } }
  | 'unavailable'
  | 'key_reused'
  | { readonly silentMs: number };

export interface SandboxOptions extends StepOptions {
  readonly authorizationMs: number;
  readonly webhooks?: WebhookSender | undefined;
}

/** How often it looks for what has ended by itself. */
const SWEEP_MS = 250;

/** The stand-alone sandbox: an independent provider with books of its own, on disk before it answers. */
export class SandboxProvider implements Desk {
  readonly faults = new Faults();
  private readonly failedOnce = new Set<string>();
  private readonly underWay = new Map<string, Promise<Entry>>();

  /** What has ended by itself, and was told. */
  private readonly told = new Set<string>();
  private sweeping: NodeJS.Timeout | undefined;

  private constructor(
    private readonly books: Books,
    private readonly actions: KnownActions,
    private readonly files: readonly [ledger: LedgerFile, actions: LedgerFile],
    private options: SandboxOptions,
  ) {}

  static async open(path: string, options: SandboxOptions): Promise<SandboxProvider> {
    const actionsPath = `${path}.actions`;
    await Promise.all([repairLedger(path), repairLedger(actionsPath)]);
    const files = [await LedgerFile.open(path), await LedgerFile.open(actionsPath)] as const;
    const books = new Books(await readLedger(path), options.authorizationMs);
    // The last line of a payment is how its action stands.
    const actions = new KnownActions(await readLines<Action>(actionsPath), (one) => files[1].append(one));
    return new SandboxProvider(books, actions, files, options);
  }

  /** From now on its pages are at `publicUrl`, and it tells what ends by itself. */
  open(publicUrl: string): void {
    this.options = { ...this.options, publicUrl };
    if (this.options.webhooks) this.sweeping = setInterval(() => this.sweep(), SWEEP_MS);
  }

  ledger(): Entry[] {
    return this.books.all();
  }

  async close(): Promise<void> {
    clearInterval(this.sweeping);
    await this.options.webhooks?.close();
    for (const file of this.files) await file.close();
  }

  find(paymentId: string): Promise<Action | undefined> {
    return this.actions.find(paymentId);
  }

  /** Takes effect at once: a void that comes after it finds what was authorized. */
  async decide(paymentId: string, state: 'approved' | 'declined'): Promise<void> {
    const decided = await this.actions.decide(paymentId, state);
    if (!decided) return;
    await this.entryOf(decided);
    this.options.webhooks?.tell('payment.action_settled', paymentId);
  }

  async get(key: string): Promise<Reaction> {
    const paymentId = this.books.find(key)?.paymentId ?? key.slice(0, key.lastIndexOf(':'));
    const hits = this.faults.hit('get', paymentId);
    await pause(hits.get('latency')?.ms ?? 0);
    if (hits.has('fail_before')) return 'unavailable';
    const action = await this.find(paymentId);
    const isAsked = action?.call.key === key;
    if (isAsked && verdictOn(action) === 'waiting') return { answer: askingFor(action, this.options) };
    const entry = isAsked ? await this.entryOf(action) : this.books.find(key);
    return { answer: entry ? this.answerTo(entry) : { outcome: 'absent' } };
  }

  async perform(call: ProviderCall): Promise<Reaction> {
    const known = this.books.find(call.key);
    if (known && !isSameCall(known, call)) return 'key_reused';
    const hits = this.faults.hit(call.operation, call.paymentId);
    await pause(hits.get('latency')?.ms ?? 0);
    if (hits.has('fail_before') || (!known && this.tokenFails(call))) return 'unavailable';
    const early = known ? undefined : await this.beforehand(call);
    if (early) return { answer: early };

    const entry = await this.once(call, hits.get('decline'));
    if (!isSameCall(entry, call)) return 'key_reused';
    const byToken = !known && takesMoney(call) && behaviourOf(call.method).fails === 'after';
    return lost(hits, byToken) ?? { answer: this.answerTo(entry, hits) };
  }

  /** What is answered without an entry in the books: the customer is asked first, or it is too late. */
  private async beforehand(call: ProviderCall): Promise<Answer | undefined> {
    const { paymentId, operation } = call;
    if (operation === 'void') await this.callOff(paymentId);
    const isLate = operation === 'void' || operation === 'capture';
    if (isLate && this.books.hasLapsed(paymentId, new Date())) return { outcome: 'expired' };
    if (!takesMoney(call) || call.chargeId !== null || !behaviourOf(call.method).asks) return undefined;
    const action = await this.actions.open(actionFor(call, this.options));
    if (verdictOn(action) === 'waiting') return askingFor(action, this.options);
    return this.answerTo(await this.entryOf(action));
  }

  /** Whatever was decided first takes its effect before this is over: an approval may still be on its way into the books. */
  private async callOff(paymentId: string): Promise<void> {
    await this.actions.decide(paymentId, 'called_off');
    const action = await this.find(paymentId);
    if (action) await this.entryOf(action);
  }

  /** What has become of an action that does not wait any more. */
  private entryOf(action: Action): Promise<Entry> {
    const verdict = verdictOn(action);
    return this.once(action.call, typeof verdict === 'object' ? { kind: 'decline', ...verdict } : undefined);
  }

  /** Tells what has ended by itself. After a restart once more: at least once is what was promised. */
  private sweep(): void {
    const steps = this.actions.all().filter(hasRunOut);
    for (const { call } of steps) this.tellOnce('payment.action_expired', call.paymentId);
    for (const id of this.books.lapsed(new Date())) this.tellOnce('payment.authorization_expired', id);
  }

  private tellOnce(type: SandboxEvent['type'], paymentId: string): void {
    if (this.told.has(paymentId)) return;
    this.told.add(paymentId);
    this.options.webhooks?.tell(type, paymentId);
  }

  private answerTo(entry: Entry, hits?: Hits): Answer {
    const answer = answerOf(entry, hits);
    if (entry.operation !== 'authorize' || answer.outcome !== 'ok') return answer;
    if (this.books.hasLapsed(entry.paymentId, new Date())) return { outcome: 'expired' };
    return { ...answer, expiresAt: this.books.endOf(entry) };
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
    await this.files[0].append(entry);
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

function hasRunOut(action: Action): boolean {
  return action.state === 'waiting' && verdictOn(action) !== 'waiting';
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
