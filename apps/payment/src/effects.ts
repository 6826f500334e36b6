import { type Effect } from '#loop';
import { amountOf, awaited, type Payment, type Status, termsOf } from './payment.js';
import { type ProviderCall } from './provider.js';
import { type Refund } from './refund.js';

/** `call`: for the first time. `settle`: ask for the outcome, else repeat. `look`: ask, but take no money any more. */
export interface ProviderEffect extends Effect {
  readonly kind: 'provider';
  readonly how: 'call' | 'settle' | 'look';
  readonly call: ProviderCall;
  /** Of a refund: whom the outcome is about. */
  readonly refundId?: string;
}

/** Somebody has to look at this payment: nothing more happens by itself. */
export interface AlertEffect extends Effect {
  readonly kind: 'alert';
  readonly paymentId: string;
  readonly reason: string;
}

export type PaymentEffect = ProviderEffect | AlertEffect;

/** When to ask the provider again. */
export interface Timing {
  /** How long one call to the provider may take. */
  readonly timeoutMs: number;
  /** Pause before the first repeat; each further one is twice as long, up to a minute. */
  readonly firstPauseMs: number;
  /** How long after a cancel "the provider has not heard of it" is believed. */
  readonly quarantineMs: number;
}

const LONGEST_PAUSE_MS = 60_000;

export function callOf(payment: Payment, how: ProviderEffect['how']): ProviderEffect {
  const operation = awaited(payment);
  if (!operation) throw new Error(`${payment.id} is ${payment.status}: it waits for nothing`);
  const { currency, method } = termsOf(payment);
  const { id: paymentId, chargeId } = payment;
  const key = `${paymentId}:${operation}`;
  const amount = amountOf(payment, operation);
  return {
    kind: 'provider',
    how,
    call: { key, operation, paymentId, chargeId, amount, currency, method },
  };
}

export function refundCallOf(payment: Payment, refund: Refund, how: 'call' | 'settle'): ProviderEffect {
  const { id: refundId, amount, currency } = refund;
  const { id: paymentId, chargeId } = payment;
  const key = `${refundId}:refund`;
  const { method } = termsOf(payment);
  const call: ProviderCall = { key, operation: 'refund', paymentId, chargeId, amount, currency, method };
  return { kind: 'provider', how, call, refundId };
}

/** These statuses begin with a call of their own. */
export function entersCall(from: Status, to: Status): boolean {
  return from !== to && (to === 'capturing' || to === 'voiding');
}

/** If the process dies with the call in hand, the reconcile worker takes over then. */
export function whenCallIsOver(now: Date, { timeoutMs, firstPauseMs }: Timing): string {
  return later(now, timeoutMs + firstPauseMs);
}

/** Both calls of an attempt, `get` and the repeat, may run into their deadline; what they bring sets the real pause. */
export function whenAttemptIsOver(now: Date, attempts: number, timing: Timing): string {
  return later(now, 2 * timing.timeoutMs + pauseMs(attempts, timing));
}

export function nextAttemptAt(payment: Payment, to: Status, now: Date, timing: Timing): string | null {
  if (awaited({ ...payment, status: to }) === undefined) return null;
  if (entersCall(payment.status, to)) return whenCallIsOver(now, timing);
  // A cancel changes nothing about the call that is under way.
  if ((to === 'cancelling' || to === 'recalling') && payment.status !== to) return payment.nextAttemptAt;
  return whenPauseIsOver(now, payment.attempts, timing);
}

export function whenPauseIsOver(now: Date, attempts: number, timing: Timing): string {
  return later(now, pauseMs(attempts, timing));
}

function pauseMs(attempts: number, { firstPauseMs }: Timing): number {
  return Math.min(firstPauseMs * 2 ** attempts, LONGEST_PAUSE_MS);
}

function later(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}
