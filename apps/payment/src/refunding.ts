import { type Fault, paymentRefunded, type RefundStarted, Rejected, refundSucceeded, send } from '#contracts';
import { type Current } from '#loop';
import {
  type PaymentEffect,
  refundCallOf,
  type Timing,
  whenAttemptIsOver,
  whenCallIsOver,
  whenPauseIsOver,
} from './effects.js';
import { type AttemptDue, type Hinted, type ProviderMessage, type RefundMessage } from './messages.js';
import { cellOf, keptOf, type Payment, publicStatus, type Status, termsOf } from './payment.js';
import { type PaymentDecision, recorded } from './record.js';
import {
  isOpen,
  type KeyUse,
  keyOf,
  type PaymentState,
  type Refund,
  type RefundState,
  refundIdOf,
  refundView,
} from './refund.js';

type Knowledge = Current<PaymentState>;

export function paymentIn(current: Knowledge, id: string): Payment | undefined {
  const state = current.get(id);
  return state?.kind === 'payment' ? state : undefined;
}

function paymentOf(current: Knowledge, { id, paymentId }: Refund): Payment {
  const payment = paymentIn(current, paymentId);
  if (!payment) throw new Error(`${id} is of a payment that does not exist: ${paymentId}`);
  return payment;
}

function refundIn(current: Knowledge, id: string): Refund {
  const state = current.get(id);
  if (state?.kind !== 'refund') throw new Error(`${id} is a refund that does not exist`);
  return state;
}

/** A client asks for money back: a row of its own, whose amount nobody else can give back from now on. */
export function requestRefund(
  current: Knowledge,
  { data }: RefundMessage,
  now: Date,
  timing: Timing,
): PaymentDecision {
  const { paymentId, refundId, idempotency, request } = data;
  const used = current.get(keyOf(idempotency.key));
  if (used?.kind === 'key') return replayed(used, idempotency.fingerprint, current);

  const payment = paymentIn(current, paymentId);
  if (!payment?.terms) throw new Rejected('payment-not-found', { paymentId });
  const amount = refundableOf(payment, request.amount);
  const { key, fingerprint } = idempotency;
  const reason = request.reason ?? null;
  const refund: Refund = {
    ...newRefund(payment, amount, now, timing),
    id: refundId,
    reason,
    key,
    fingerprint,
  };
  const next = movedBy(payment, { refunding: amount }, now);
  const { put, append } = recorded(payment, next, { detail: { refundId, amount } });
  const use: KeyUse = { kind: 'key', version: 1, key, fingerprint, refundId };
  return {
    put: [...put, [refundId, refund], [keyOf(key), use]],
    append,
    effects: [refundCallOf(payment, refund, 'call')],
    answer: { refund: refundView(refund), replayed: false } satisfies RefundStarted,
  };
}

function replayed(used: KeyUse, fingerprint: string, current: Knowledge): PaymentDecision {
  if (used.fingerprint !== fingerprint) throw new Rejected('idempotency-key-reused');
  const refund = refundIn(current, used.refundId);
  return { answer: { refund: refundView(refund), replayed: true } satisfies RefundStarted };
}

/** How much of what is asked for can go back: all of it, or a refusal that says why. */
function refundableOf(payment: Payment, asked: RefundMessage['data']['request']['amount']): number {
  const { id: paymentId } = payment;
  if (asked) expectCurrency(payment, asked.currency);
  const refundableAmount = payment.status === 'captured' ? keptOf(payment) : 0;
  if (refundableAmount === 0) {
    throw new Rejected('payment-not-refundable', { paymentId, status: publicStatus(payment.status) });
  }
  const amount = asked?.amount ?? refundableAmount;
  if (amount > refundableAmount) throw new Rejected('refund-too-large', { paymentId, refundableAmount });
  return amount;
}

/** A payment moves in one currency. The pointer leads into the body that the client sent. */
export function expectCurrency(payment: Payment, asked: string): void {
  const { currency } = termsOf(payment);
  if (asked === currency) return;
  const fault: Fault = { pointer: '/amount/currency', detail: `must be ${currency}, as the payment is` };
  throw new Rejected('validation-failed', { errors: [fault] });
}

/**
 * A cancelled payment gives back what no refund gives back already, and then waits for all of them. `next` has just
 * become "refunding".
 */
export function giveRestBack(
  next: Payment,
  now: Date,
  timing: Timing,
): { readonly payment: Payment; readonly refund?: Refund; readonly effects: readonly PaymentEffect[] } {
  const rest = keptOf(next);
  if (rest === 0) return { payment: next, effects: [] };
  const refund = { ...newRefund(next, rest, now, timing), paymentVersion: next.version };
  const payment = { ...next, refundingAmount: next.refundingAmount + rest };
  return { payment, refund, effects: [refundCallOf(payment, refund, 'call')] };
}

/** What the provider said about a refund. One that is settled stays so; what says the opposite is for a person. */
export function settleRefund(
  current: Knowledge,
  message: ProviderMessage,
  now: Date,
  timing: Timing,
): PaymentDecision {
  const refund = refundIn(current, message.data.refundId ?? '');
  if (!isOpen(refund)) return afterSettled(current, refund, message, now);
  const status = statusAfter(refund, message);
  const updated: Refund = { ...refund, status, version: refund.version + 1, updatedAt: now.toISOString() };
  if (status === 'unknown') {
    const nextAttemptAt = whenPauseIsOver(now, refund.attempts, timing);
    return { put: [[refund.id, { ...updated, nextAttemptAt }]] };
  }
  const settled: Refund = { ...updated, nextAttemptAt: null };
  const payment = paymentOf(current, refund);
  return status === 'succeeded' ? returned(payment, settled, now) : halted(payment, settled, message, now);
}

function statusAfter(refund: Refund, message: ProviderMessage): RefundState {
  if (message.type === 'payment.provider_declined') return 'halted';
  if (message.type !== 'payment.provider_succeeded') return 'unknown';
  const { amount, currency } = message.data;
  return amount === refund.amount && currency === refund.currency ? 'succeeded' : 'halted';
}

/** The money is back. A cancelled payment ends here when nothing of it is left. */
function returned(payment: Payment, refund: Refund, now: Date): PaymentDecision {
  const { id: refundId, amount, currency, updatedAt: at } = refund;
  const { id: paymentId, orderId } = payment;
  const moved = movedBy(payment, { refunding: -amount, refunded: amount }, now);
  const isOver = moved.cancelledAt !== null && moved.refundedAmount === moved.capturedAmount;
  const next = isOver ? { ...moved, status: statusOr(payment, 'returned') } : moved;
  const detail = { operation: 'refund', refundId, amount };
  const { put, append } = recorded(payment, next, { detail, refundId });
  const told = next.status === 'refunded' && payment.status !== next.status;
  return {
    put: [...put, [refundId, refund]],
    append,
    send: [
      send(refundSucceeded, { refundId, paymentId, orderId, amount: { amount, currency }, at }),
      ...(told ? [send(paymentRefunded, { paymentId, orderId })] : []),
    ],
  };
}

/** Its amount stays reserved, for it may have gone back. A payment that only waits for its refunds is halted with it. */
function halted(payment: Payment, refund: Refund, message: ProviderMessage, now: Date): PaymentDecision {
  const { put, ...more } = stopped(payment, statusOr(payment, 'withheld'), message, now);
  return { put: [...put, [refund.id, refund]], ...more };
}

/**
 * A bank sends back days later what a refund has given it: the refund has failed after all. Our books say otherwise, and
 * stay as they are until a person has found out where the money is.
 */
function afterSettled(
  current: Knowledge,
  refund: Refund,
  message: ProviderMessage,
  now: Date,
): PaymentDecision {
  if (refund.status !== 'succeeded' || message.type !== 'payment.provider_declined') return {};
  const payment = paymentOf(current, refund);
  const status = statusOr(payment, 'bounced');
  return status === payment.status ? {} : stopped(payment, status, message, now);
}

function stopped(payment: Payment, status: Status, message: ProviderMessage, now: Date) {
  const { paymentId, ...detail } = message.data;
  const recording = recorded(payment, { ...movedBy(payment, {}, now), status }, { detail });
  const reason = `${message.type}: ${JSON.stringify(message.data)}`;
  const alert: PaymentEffect = { kind: 'alert', paymentId, reason };
  return { ...recording, effects: [alert] };
}

/** An event was about this refund: the provider is asked, also about one that has succeeded. */
export function lookAtRefund(
  current: Knowledge,
  { data }: Hinted,
  now: Date,
  timing: Timing,
): PaymentDecision {
  const refund = current.get(data.refundId ?? '');
  if (refund?.kind !== 'refund' || refund.paymentId !== data.paymentId) return {};
  // What has just begun has its call in hand, and what is halted has a person.
  if (refund.status === 'requested' || refund.status === 'halted') return {};
  const next: Refund = {
    ...refund,
    version: refund.version + 1,
    nextAttemptAt: isOpen(refund) ? whenAttemptIsOver(now, refund.attempts, timing) : null,
    updatedAt: now.toISOString(),
  };
  return { put: [[refund.id, next]], effects: [refundCallOf(paymentOf(current, refund), next, 'look')] };
}

/** Whoever tells it first, at this version, asks the provider. */
export function askRefundAgain(
  current: Knowledge,
  { data }: AttemptDue,
  now: Date,
  timing: Timing,
): PaymentDecision {
  const refund = refundIn(current, data.refundId ?? '');
  if (refund.version !== data.version || !isOpen(refund)) return {};
  const payment = paymentOf(current, refund);
  const next: Refund = {
    ...refund,
    version: refund.version + 1,
    attempts: refund.attempts + 1,
    nextAttemptAt: whenAttemptIsOver(now, refund.attempts, timing),
    updatedAt: now.toISOString(),
  };
  return { put: [[refund.id, next]], effects: [refundCallOf(payment, next, 'settle')] };
}

/** As a cancel makes it; others have ids of their own, a request its key. */
export function newRefund(payment: Payment, amount: number, now: Date, timing: Timing): Refund {
  const at = now.toISOString();
  return {
    kind: 'refund',
    id: refundIdOf(payment.id),
    paymentId: payment.id,
    version: 1,
    status: 'requested',
    amount,
    currency: termsOf(payment).currency,
    reason: null,
    key: null,
    fingerprint: null,
    paymentVersion: payment.version + 1,
    attempts: 0,
    nextAttemptAt: whenCallIsOver(now, timing),
    createdAt: at,
    updatedAt: at,
  };
}

function movedBy(
  payment: Payment,
  by: { readonly refunding?: number; readonly refunded?: number },
  now: Date,
): Payment {
  return {
    ...payment,
    refundingAmount: payment.refundingAmount + (by.refunding ?? 0),
    refundedAmount: payment.refundedAmount + (by.refunded ?? 0),
    version: payment.version + 1,
    updatedAt: now.toISOString(),
  };
}

/** Where the fact leads; a payment that it says nothing to stays where it is. */
function statusOr({ status }: Payment, fact: 'returned' | 'withheld' | 'bounced'): Status {
  const cell = cellOf(status, fact);
  return cell === '_' || cell === '!' || cell === 'X' ? status : cell;
}
