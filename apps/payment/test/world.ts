import { type Contract, cancelPayment, chargePayment } from '#contracts';
import { decide, type PaymentRow } from '../src/decide.js';
import { type PaymentEffect, type ProviderEffect } from '../src/effects.js';
import { type PaymentMessage } from '../src/messages.js';
import { type Payment, type Step } from '../src/payment.js';
import { type Answer, type Found, type ProviderCall } from '../src/provider.js';

export const TIMING = { timeoutMs: 5_000, firstPauseMs: 1_000, quarantineMs: 60_000 };
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

/** As the service tells itself what the provider has said. */
export function outcome(call: Pick<ProviderCall, 'operation'>, found: Found): PaymentMessage {
  const { outcome: is, ...said } = found;
  const type = is === 'ok' ? 'succeeded' : is;
  return message(`payment.provider_${type}`, { paymentId: PAY, operation: call.operation, ...said });
}
export const ok = (operation: ProviderCall['operation'], amount = 1_999): PaymentMessage =>
  outcome({ operation }, { outcome: 'ok', chargeId: 'ch_1', amount, currency: 'EUR' });
export const declined = (operation: ProviderCall['operation'], code = 'card_declined'): PaymentMessage =>
  outcome({ operation }, { outcome: 'declined', code });
export const unknown = (operation: ProviderCall['operation']): PaymentMessage =>
  outcome({ operation }, { outcome: 'unknown', reason: 'no answer in time' });
export const absent = (operation: ProviderCall['operation']): PaymentMessage =>
  outcome({ operation }, { outcome: 'absent' });

interface Pending {
  readonly effect: ProviderEffect;
  readonly startedAt: number;
}

/** One payment, everything it has said and posted, and the calls that it waits for. No loop, database or broker. */
export class World {
  now = START;
  payment: Payment | undefined;
  readonly steps: Step[] = [];
  readonly rows: PaymentRow[] = [];
  readonly facts: string[] = [];
  readonly alerts: string[] = [];
  pending: Pending[] = [];

  tell(...told: readonly PaymentMessage[]): this {
    for (const one of told) this.tellOne(one);
    return this;
  }

  due(version = this.payment?.version): this {
    return this.tell(message('payment.attempt_due', { paymentId: PAY, version }));
  }

  get status(): string | undefined {
    return this.payment?.status;
  }

  get calls(): string[] {
    return this.pending.map(({ effect }) => `${effect.how} ${effect.call.operation}`);
  }

  private tellOne(told: PaymentMessage): void {
    const decision = decide(this.payment, told, new Date(this.now), TIMING);
    for (const [, next] of decision.put ?? []) this.payment = next;
    for (const row of decision.append ?? []) {
      this.rows.push(row);
      if (row.kind === 'step') this.steps.push(row);
    }
    this.facts.push(...(decision.send ?? []).map(({ contract }) => contract.name));
    for (const effect of (decision.effects ?? []) as readonly PaymentEffect[]) {
      if (effect.kind === 'alert') this.alerts.push(effect.reason);
      else this.pending.push({ effect, startedAt: this.now });
    }
  }
}

/** A provider that honours keys, with books of its own. */
export class Provider {
  readonly books = new Map<string, { readonly call: ProviderCall; readonly answer: Answer }>();

  constructor(private readonly approves: boolean) {}

  perform(call: ProviderCall): Answer {
    const known = this.books.get(call.key);
    if (known) return known.answer;
    const { operation, amount, currency } = call;
    const takes = operation === 'authorize' || operation === 'capture';
    const answer: Answer =
      takes && !this.approves
        ? { outcome: 'declined', code: 'card_declined' }
        : { outcome: 'ok', chargeId: 'ch_1', amount, currency };
    this.books.set(call.key, { call, answer });
    return answer;
  }

  get(call: ProviderCall): Found {
    return this.books.get(call.key)?.answer ?? { outcome: 'absent' };
  }

  sum(operation: ProviderCall['operation']): number {
    let sum = 0;
    for (const { call, answer } of this.books.values()) {
      if (call.operation === operation && answer.outcome === 'ok') sum += answer.amount;
    }
    return sum;
  }
}
