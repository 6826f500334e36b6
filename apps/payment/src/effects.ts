import { type Effect } from '#loop';
import { amountOf, awaited, firstOperation, type Payment, type Status, termsOf } from './payment.js';
import { type ProviderCall } from './provider.js';
import { type Refund } from './refund.js';

/**
 * `call`: for the first time. `settle`: ask for the outcome, else repeat. `look`: ask, but take no money any more.
 * `abandon`: call off what waits for the customer, then ask: she may have been faster.
 */
export interface ProviderEffect extends Effect {
  readonly kind: 'provider';
  readonly how: 'call' | 'settle' | 'look' | 'abandon';
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
  /** How long an authorization stands when the provider does not say. */
  readonly authorizationMs: number;
}

const LONGEST_PAUSE_MS = 60_000;
/** So many doublings of the first pause a customer is given before we ask. */
const PATIENCE = 4;

export function callOf(payment: Payment, how: ProviderEffect['how']): ProviderEffect {
  const isStillAsked = payment.status === 'authorized' || payment.status === 'declined';
  const operation = awaited(payment) ?? (isStillAsked ? firstOperation(payment) : undefined);
  if (!operation) throw new Error(`${payment.id} is ${payment.status}: it waits for nothing`);
  const { currency, method } = termsOf(payment);
  const { id: paymentId, chargeId } = payment;
  const key = `${paymentId}:${operation}`;
  const amount = amountOf(payment, operation);
  return {
    kind: 'provider',
    how,
    call: {
      key,
      operation,
      paymentId,
      chargeId,
      amount,
      currency,
      method,
      ...(payment.cancelledAt !== null && chargeId === null && { begunBefore: payment.cancelledAt }),
    },
  };
}

export function refundCallOf(
  payment: Payment,
  refund: Refund,
  how: 'call' | 'settle' | 'look',
): ProviderEffect {
  const { id: refundId, amount, currency } = refund;
  const { id: paymentId, chargeId } = payment;
  const key = `${refundId}:refund`;
  const { method } = termsOf(payment);
  const call: ProviderCall = { key, operation: 'refund', paymentId, chargeId, amount, currency, method };
  return { kind: 'provider', how, call, refundId };
}

/** The call with which a status begins, if it begins with one. */
export function entryCall(from: Status, to: Status): 'call' | 'abandon' | undefined {
  if (from === 'requires_action' && to === 'cancelling') return 'abandon';
  return from !== to && (to === 'capturing' || to === 'voiding') ? 'call' : undefined;
}

/** What is called off before it is known whether it was done: with the key that letting go of it has anyway. */
export function callingOff(asked: ProviderCall): ProviderCall {
  // That time is of the charge, not of the void.
  const { begunBefore: _, ...call } = asked;
  return { ...call, key: `${call.paymentId}:void`, operation: 'void' };
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
  const entry = entryCall(payment.status, to);
  if (entry) return entry === 'call' ? whenCallIsOver(now, timing) : whenAttemptIsOver(now, 0, timing);
  if (to === 'requires_action') return whenCustomerIsDone(payment, now, timing);
  // A cancel changes nothing about the call that is under way.
  if ((to === 'cancelling' || to === 'recalling') && payment.status !== to) return payment.nextAttemptAt;
  if (to === 'cancelling') return whenAbsenceCounts(payment, now, timing);
  return whenPauseIsOver(now, payment.attempts, timing);
}

export function whenPauseIsOver(now: Date, attempts: number, timing: Timing): string {
  return later(now, pauseMs(attempts, timing));
}

/** People take their time, and we are told: asking is for what gets lost. At the latest when her time is over. */
function whenCustomerIsDone({ attempts, expiresAt }: Payment, now: Date, timing: Timing): string {
  const asked = later(now, pauseMs(attempts + PATIENCE, timing));
  return expiresAt !== null && expiresAt > now.toISOString() && expiresAt < asked ? expiresAt : asked;
}

/** From the end of the quarantine on "never heard of it" settles a cancel: no pause goes on beyond that moment. */
function whenAbsenceCounts({ attempts, cancelledAt }: Payment, now: Date, timing: Timing): string {
  const asked = whenPauseIsOver(now, attempts, timing);
  if (cancelledAt === null) return asked;
  const counts = later(new Date(cancelledAt), timing.quarantineMs);
  return counts > now.toISOString() && counts < asked ? counts : asked;
}

function pauseMs(attempts: number, { firstPauseMs }: Timing): number {
  return Math.min(firstPauseMs * 2 ** attempts, LONGEST_PAUSE_MS);
}

export function later(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}
