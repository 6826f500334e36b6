import {
  type Answer,
  type Found,
  type Provider,
  type ProviderCall,
} from '../../apps/payment/src/provider.js';
import { Books, isSameCall } from '../../apps/payment/src/sandbox/books.js';
import { chargeIdOf } from '../../apps/payment/src/sandbox/charge-id.js';
import { type Entry } from '../../apps/payment/src/sandbox/ledger-file.client.js';
import { behaviourOf } from '../../apps/payment/src/sandbox/tokens.js';
import { type SimulatedClock } from './clock.js';
import { type Fate, type Owner, type Ports } from './ports.js';

type Decision = 'waiting' | 'approved' | 'declined' | 'called_off';

/** A step that a customer has to take. */
interface CustomerStep {
  readonly call: ProviderCall;
  readonly expiresAt: number;
  decision: Decision;
}

/** Something the provider says of its own accord. */
export interface Hint {
  readonly id: string;
  readonly paymentId: string;
}

/** A request that was sent and whose answer nobody waits for any more: it may still get there. */
export interface Stray {
  readonly call: ProviderCall;
  /** Later than this it does not arrive: the quarantine of the payment service is longer. */
  readonly until: number;
}

const TIMEOUT_MS = 5_000;
const STRAY_MS = 50_000;
const ACTION_MS = 240_000;
const NO_ANSWER = { outcome: 'unknown', reason: 'no answer in time' } as const;

/**
 * The provider: the sandbox's own books, which are the oracle, and around them what its server does with customers and
 * with time. It tells something whenever something has happened, and honours keys.
 */
export class SimulatedProvider {
  readonly books: Books;
  readonly hints: Hint[] = [];
  readonly steps = new Map<string, CustomerStep>();
  readonly strays: Stray[] = [];
  private readonly lapsed = new Set<string>();
  private told = 0;

  constructor(
    private readonly ports: Ports,
    private readonly clock: SimulatedClock,
    authorizationMs: number,
  ) {
    this.books = new Books([], authorizationMs);
  }

  /** As one process sees it. Its calls have a deadline, and the scheduler decides what becomes of them. */
  asSeenBy(owner: Owner): Provider {
    const { ports, clock } = this;
    const ask = (call: ProviderCall, how: 'perform' | 'get'): Promise<Found> => {
      const startedAt = clock.ms;
      // Whoever has died must not leave the timer of a second call behind.
      if (!owner.alive) return Promise.resolve(NO_ANSWER);
      return new Promise((resolve) => {
        const fates: readonly Fate[] =
          how === 'get' ? ['done', 'refused'] : ['done', 'refused', 'doubt', 'late'];
        void ports
          .ask<Found>(
            {
              owner,
              kind: 'call',
              about: () => `${how} ${call.key}`,
              fates,
              // Nothing is left open in a process that has died, and what it has sent may still arrive.
              abandon: () => {
                if (how === 'perform') this.strays.push({ call, until: startedAt + STRAY_MS });
                resolve(NO_ANSWER);
              },
            },
            (fate) => {
              const isOver = clock.ms > startedAt + TIMEOUT_MS;
              if (clock.ms > startedAt + STRAY_MS) return NO_ANSWER;
              if (fate === 'late') this.strays.push({ call, until: startedAt + STRAY_MS });
              if (fate === 'refused' || fate === 'late') return NO_ANSWER;
              const found = how === 'get' ? this.get(call) : this.perform(call);
              return fate === 'doubt' || isOver ? NO_ANSWER : found;
            },
          )
          .then(resolve);
      });
    };
    return {
      perform: (call) => ask(call, 'perform') as Promise<Answer>,
      get: (call) => ask(call, 'get'),
    };
  }

  arrive(stray: Stray): void {
    this.strays.splice(this.strays.indexOf(stray), 1);
    this.perform(stray.call);
  }

  get undecided(): string[] {
    return [...this.steps]
      .filter(([, step]) => this.verdictOn(step) === 'waiting')
      .map(([paymentId]) => paymentId);
  }

  decide(paymentId: string, decision: Decision): void {
    const step = this.steps.get(paymentId);
    if (!step || this.verdictOn(step) !== 'waiting') return;
    step.decision = decision;
    this.enter(step.call, decision === 'approved' ? undefined : wordFor(decision));
  }

  /** Time has passed: what has not arrived never will, and what has ended by itself is told, once. */
  tick(): void {
    for (const stray of this.strays.filter(({ until }) => until < this.clock.ms))
      this.strays.splice(this.strays.indexOf(stray), 1);

    for (const [paymentId, step] of this.steps) {
      if (step.decision === 'waiting' && step.expiresAt <= this.clock.ms) this.tellOnce(paymentId);
    }
    for (const paymentId of this.books.lapsed(this.clock.now())) this.tellOnce(paymentId);
  }

  private perform(call: ProviderCall): Answer {
    const known = this.books.find(call.key);
    if (known) {
      if (!isSameCall(known, call)) throw new Error(`${call.key} was used for something else`);
      return this.answerTo(known);
    }
    const { paymentId, operation } = call;
    if (operation === 'void') this.decide(paymentId, 'called_off');
    if (
      (operation === 'void' || operation === 'capture') &&
      this.books.hasLapsed(paymentId, this.clock.now())
    )
      return { outcome: 'expired' };
    const asks = call.chargeId === null && takesMoney(call) && behaviourOf(call.method).asks;
    return asks ? this.askCustomer(call) : this.answerTo(this.enter(call));
  }

  private get(call: ProviderCall): Found {
    const known = this.books.find(call.key);
    if (known) return this.answerTo(known);
    const step = this.steps.get(call.paymentId);
    return step?.call.key === call.key ? this.askCustomer(call) : { outcome: 'absent' };
  }

  private askCustomer(call: ProviderCall): Answer {
    const { paymentId } = call;
    const step = this.steps.get(paymentId) ?? {
      call,
      expiresAt: this.clock.ms + ACTION_MS,
      decision: 'waiting' as const,
    };
    this.steps.set(paymentId, step);
    const verdict = this.verdictOn(step);
    if (verdict === 'waiting') {
      const expiresAt = new Date(step.expiresAt).toISOString();
      return {
        outcome: 'action',
        chargeId: chargeIdOf(step.call.key),
        url: 'http://127.0.0.1/step',
        expiresAt,
      };
    }
    return this.answerTo(this.enter(step.call, verdict === 'approved' ? undefined : wordFor(verdict)));
  }

  private verdictOn({ decision, expiresAt }: CustomerStep): Decision | 'expired' {
    return decision === 'waiting' && expiresAt <= this.clock.ms ? 'expired' : decision;
  }

  private enter(call: ProviderCall, declineCode?: string): Entry {
    const known = this.books.find(call.key);
    if (known) return known;
    const entry = declineCode
      ? this.books.judge(call, this.clock.text, declineCode)
      : this.books.judge(call, this.clock.text);
    this.books.add(entry);
    this.tell(call.paymentId);
    return entry;
  }

  private answerTo(entry: Entry): Answer {
    const { chargeId, amount, currency, outcome, code = 'declined', operation, paymentId } = entry;
    if (outcome === 'declined') return { outcome, code };
    if (operation !== 'authorize') return { outcome, chargeId, amount, currency };
    if (this.books.hasLapsed(paymentId, this.clock.now())) return { outcome: 'expired' };
    return { outcome, chargeId, amount, currency, expiresAt: this.books.endOf(entry) };
  }

  private tellOnce(paymentId: string): void {
    if (this.lapsed.has(paymentId)) return;
    this.lapsed.add(paymentId);
    this.tell(paymentId);
  }

  private tell(paymentId: string): void {
    this.hints.push({ id: `evt_${++this.told}`, paymentId });
  }
}

function takesMoney({ operation }: ProviderCall): boolean {
  return operation === 'authorize' || operation === 'capture';
}

function wordFor(decision: Decision | 'expired'): string {
  if (decision === 'expired') return 'action_expired';
  return decision === 'declined' ? 'authentication_failed' : 'called_off';
}
