import {
  type Contract,
  cancelPayment,
  capturePayment,
  chargePayment,
  collectPayment,
  giveBackPayment,
  Rejected,
  refundPayment,
  voidPayment,
} from '#contracts';
import { paymentRules } from '../src/decide.js';
import { type PaymentEffect, type ProviderEffect } from '../src/effects.js';
import { type PaymentMessage } from '../src/messages.js';
import { type Payment, type Step } from '../src/payment.js';
import { type Answer, type Found, type ProviderCall } from '../src/provider.js';
import { type PaymentRow } from '../src/record.js';
import { type PaymentState, type Refund, refundIdOf } from '../src/refund.js';

export const TIMING = {
  timeoutMs: 5_000,
  firstPauseMs: 1_000,
  quarantineMs: 60_000,
  authorizationMs: 604_800_000,
};
export const START = Date.parse('2026-11-23T10:00:00.000Z');
export const PAY = 'pay_01k9z0000000000000000000aa';
export const ORD = 'ord_01k9z0000000000000000000aa';

let messages = 0;
export function message(type: string, data: object): PaymentMessage {
  const trace = { traceparent: `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01`, requestId: 'req_1' };
  const id = `msg_${++messages}`;
  const envelope = { id, causationId: null, source: 'test', trace, attempt: 1, replyTo: null };
  return { type, data, ...envelope } as PaymentMessage;
}

const of = (contract: Contract, data: object): PaymentMessage => message(contract.name, data);
export const charge = (more: object = {}): PaymentMessage =>
  of(chargePayment, {
    paymentId: PAY,
    orderId: ORD,
    amount: { amount: 1_999, currency: 'EUR' },
    method: 'tok_visa',
    capture: 'automatic',
    ...more,
  });
export const cancel = (): PaymentMessage => of(cancelPayment, { paymentId: PAY, orderId: ORD });

export const collect = (): PaymentMessage => of(collectPayment, { paymentId: PAY, orderId: ORD });

/** What its order wants back: the number is that of the refund. */
export const giveBack = (number: number, amount: number): PaymentMessage =>
  of(giveBackPayment, {
    paymentId: PAY,
    orderId: ORD,
    refundId: refundId(number),
    amount: { amount, currency: 'EUR' },
    reason: 'returned',
  });

const money = (amount?: number) => (amount === undefined ? {} : { amount: { amount, currency: 'EUR' } });
export const capture = (amount?: number, more: object = {}): PaymentMessage =>
  of(capturePayment, { paymentId: PAY, request: money(amount), ...more });
export const release = (more: object = {}): PaymentMessage => of(voidPayment, { paymentId: PAY, ...more });

/** A refund asked for by a client: its number is also that of its idempotency key. */
export const refundId = (number: number): string => `ref_01k9z0000000000000000000${10 + number}`;
export const refund = (number: number, amount?: number, more: object = {}): PaymentMessage => {
  const key = `00000000-0000-8000-8000-0000000000${10 + number}`;
  const idempotency = { key, fingerprint: key.replace('8000', String(8000 + ((amount ?? 0) % 1_000))) };
  const asked = { paymentId: PAY, refundId: refundId(number), idempotency, request: money(amount) };
  return of(refundPayment, { ...asked, ...more });
};

/** As the service tells itself what the provider has said. A refund is the one of a cancel unless it is named. */
export function outcome(
  { operation }: Pick<ProviderCall, 'operation'>,
  found: Found,
  ofRefund = refundIdOf(PAY),
): PaymentMessage {
  const { outcome: is, ...said } = found;
  const type = is === 'ok' ? 'succeeded' : is === 'action' ? 'action_needed' : is;
  const about = { paymentId: PAY, operation, ...(operation === 'refund' && { refundId: ofRefund }) };
  return message(`payment.provider_${type}`, { ...about, ...said });
}
export const ok = (operation: ProviderCall['operation'], amount = 1_999): PaymentMessage =>
  outcome({ operation }, { outcome: 'ok', chargeId: 'ch_1', amount, currency: 'EUR' });
export const refunded = (number: number, amount: number): PaymentMessage =>
  outcome(
    { operation: 'refund' },
    { outcome: 'ok', chargeId: 'ch_1', amount, currency: 'EUR' },
    refundId(number),
  );
export const declined = (operation: ProviderCall['operation'], code = 'card_declined'): PaymentMessage =>
  outcome({ operation }, { outcome: 'declined', code });
export const unknown = (operation: ProviderCall['operation']): PaymentMessage =>
  outcome({ operation }, { outcome: 'unknown', reason: 'no answer in time' });
export const absent = (operation: ProviderCall['operation']): PaymentMessage =>
  outcome({ operation }, { outcome: 'absent' });

export const ACTION_ENDS = '2026-11-23T10:04:00.000Z';
export const action = (operation: ProviderCall['operation']): PaymentMessage => {
  const url = 'http://127.0.0.1/step';
  return outcome({ operation }, { outcome: 'action', chargeId: 'ch_1', url, expiresAt: ACTION_ENDS });
};
export const expired = (operation: ProviderCall['operation']): PaymentMessage =>
  outcome({ operation }, { outcome: 'expired' });
export const hint = (ofRefund?: string): PaymentMessage =>
  message('payment.hinted', { paymentId: PAY, event: 'msg_1', ...(ofRefund && { refundId: ofRefund }) });
/** As the reconcile worker tells it. */
export const ended = (): PaymentMessage => message('payment.authorization_expired', { paymentId: PAY });

interface Pending {
  readonly effect: ProviderEffect;
  readonly startedAt: number;
}

/** One payment, everything it has said and posted, and the calls that it waits for. No loop, database or broker. */
export class World {
  now = START;
  readonly states = new Map<string, PaymentState>();
  readonly steps: Step[] = [];
  readonly rows: PaymentRow[] = [];
  readonly facts: string[] = [];
  readonly alerts: string[] = [];
  /** Codes of what clients were refused. */
  readonly refusals: string[] = [];
  readonly refused: Rejected[] = [];
  readonly answers: object[] = [];
  pending: Pending[] = [];

  constructor(private readonly rules = paymentRules(TIMING)) {}

  tell(...told: readonly PaymentMessage[]): this {
    for (const one of told) this.tellOne(one);
    return this;
  }

  due(version = this.payment?.version): this {
    return this.tell(message('payment.attempt_due', { paymentId: PAY, version }));
  }

  refundDue({ id, version }: Pick<Refund, 'id' | 'version'>): this {
    return this.tell(message('payment.attempt_due', { paymentId: PAY, refundId: id, version }));
  }

  get payment(): Payment | undefined {
    return this.states.get(PAY) as Payment | undefined;
  }

  get refunds(): Refund[] {
    return [...this.states.values()].filter((state) => state.kind === 'refund');
  }

  get status(): string | undefined {
    return this.payment?.status;
  }

  get calls(): string[] {
    return this.pending.map(({ effect }) => `${effect.how} ${effect.call.operation}`);
  }

  private tellOne(told: PaymentMessage): void {
    try {
      this.carryOut(told);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      this.refusals.push(error.code);
      this.refused.push(error);
    }
  }

  private carryOut(told: PaymentMessage): void {
    const decision = this.rules.decide(this.states, told, new Date(this.now));
    for (const [key, next] of decision.put ?? []) {
      const expected = (this.states.get(key)?.version ?? 0) + 1;
      if (next.version !== expected) throw new Error(`${key} has version ${next.version}, not ${expected}`);
      this.states.set(key, next);
    }
    for (const row of decision.append ?? []) {
      this.rows.push(row);
      if (row.kind === 'step') this.steps.push(row);
    }
    if (decision.answer) this.answers.push(decision.answer);
    this.facts.push(...(decision.send ?? []).map(({ contract }) => contract.name));
    for (const effect of (decision.effects ?? []) as readonly PaymentEffect[]) {
      if (effect.kind === 'alert') this.alerts.push(effect.reason);
      else this.pending.push({ effect, startedAt: this.now });
    }
  }
}

type CustomerStep = 'waiting' | 'approved' | 'declined' | 'called_off';

/** A provider that honours keys, with books of its own. It may ask the customer first. */
export class Provider {
  readonly books = new Map<string, { readonly call: ProviderCall; readonly answer: Answer }>();
  private step: CustomerStep | undefined;
  private asked: ProviderCall | undefined;
  private lapsed = false;

  constructor(
    private readonly approves: boolean,
    private readonly asks = false,
  ) {}

  perform(call: ProviderCall): Answer {
    const known = this.books.get(call.key);
    if (known) return this.answerTo(known);
    if (this.asks && call.chargeId === null) this.step ??= 'waiting';
    if (this.step === 'waiting' && call.chargeId === null) {
      this.asked ??= call;
      return waiting();
    }
    if (this.step === 'waiting' && call.operation === 'void' && this.asked) {
      this.step = 'called_off';
      this.perform(this.asked);
    }
    const { amount, currency } = call;
    if (this.lapsed && call.operation !== 'refund') return { outcome: 'expired' };
    const code = this.refusalOf(call);
    const answer: Answer = code
      ? { outcome: 'declined', code }
      : { outcome: 'ok', chargeId: 'ch_1', amount, currency };
    this.books.set(call.key, { call, answer });
    return answer;
  }

  /** Only the first decision counts, and takes effect at once. */
  customer(decides: 'approved' | 'declined'): void {
    if (this.step !== 'waiting' || !this.asked) return;
    this.step = decides;
    this.perform(this.asked);
  }

  /** Nobody came for what is set aside. */
  lapse(): void {
    if (this.open() > 0) this.lapsed = true;
  }

  /** What is set aside and neither captured nor voided. A capture releases the rest. */
  open(): number {
    const isCaptured = this.sum('capture') > 0 && this.sum('authorize') > 0;
    return isCaptured || this.lapsed ? 0 : this.sum('authorize') - this.sum('void');
  }

  private answerTo({ call, answer }: { readonly call: ProviderCall; readonly answer: Answer }): Answer {
    return this.lapsed && call.operation === 'authorize' ? { outcome: 'expired' } : answer;
  }

  private refusalOf({ operation, chargeId, amount }: ProviderCall): string | undefined {
    if (operation === 'refund')
      return this.sum('capture') - this.sum('refund') < amount ? 'nothing_to_refund' : undefined;
    if (operation === 'void' || chargeId !== null) {
      return this.open() < amount ? `nothing_to_${operation}` : undefined;
    }
    if (this.step !== undefined) return this.step === 'approved' ? undefined : this.step;
    return this.approves ? undefined : 'card_declined';
  }

  get(call: ProviderCall): Found {
    const known = this.books.get(call.key);
    if (known) return this.answerTo(known);
    return this.step === 'waiting' && call.key === this.asked?.key ? waiting() : { outcome: 'absent' };
  }

  sum(operation: ProviderCall['operation']): number {
    let sum = 0;
    for (const { call, answer } of this.books.values()) {
      if (call.operation === operation && answer.outcome === 'ok') sum += answer.amount;
    }
    return sum;
  }
}

const waiting = (): Answer => ({
  outcome: 'action',
  chargeId: 'ch_1',
  url: 'http://127.0.0.1/step',
  expiresAt: ACTION_ENDS,
});
