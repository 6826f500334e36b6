import { type Current } from '#loop';
import { type PaymentEffect, refundCallOf, type Timing } from './effects.js';
import { type GiveBackMessage } from './messages.js';
import { keptOf, type Payment, termsOf, type WaitingRefund } from './payment.js';
import { type PaymentDecision, recorded } from './record.js';
import { type PaymentState, type Refund } from './refund.js';
import { newRefund, paymentIn } from './refunding.js';

/**
 * An order wants a part of its money back: once for each refund id, and at most what is left. What is not captured yet
 * waits for the capture, and what goes back as a whole, or has gone, needs no part.
 */
export function giveBack(
  current: Current<PaymentState>,
  { data }: GiveBackMessage,
  now: Date,
  timing: Timing,
): PaymentDecision {
  const { paymentId, refundId } = data;
  const payment = paymentIn(current, paymentId);
  if (!payment) throw new Error(`${paymentId} does not exist, but is to be given back`);
  if (current.get(refundId) || isWaiting(payment, refundId)) return {};
  if (data.amount.currency !== termsOf(payment).currency) {
    throw new Error(`${paymentId} is to be given back in ${data.amount.currency}`);
  }
  const asked: WaitingRefund = { refundId, amount: data.amount.amount, reason: data.reason ?? null };
  const next: Payment = { ...payment, version: payment.version + 1, updatedAt: now.toISOString() };
  switch (payment.status) {
    case 'authorized':
    case 'capturing': {
      const waitingRefunds = [...(payment.waitingRefunds ?? []), asked];
      return recorded(payment, { ...next, waitingRefunds }, { detail: { waiting: refundId } });
    }
    case 'captured': {
      const begun = beginRefunds({ ...next, waitingRefunds: [asked] }, timing);
      const [first] = begun.refunds;
      if (!first) return {};
      const detail = { refundId, amount: first.amount };
      const { put, append } = recorded(payment, begun.payment, { detail });
      return { put: [...put, [refundId, first]], append, effects: begun.effects };
    }
    case 'requested':
    case 'unknown':
    case 'requires_action':
    case 'halted':
      throw new Error(`${paymentId} is to be given back, but is ${payment.status}`);
    case 'cancelling':
    case 'declined':
    case 'recalling':
    case 'voiding':
    case 'refunding':
    case 'voided':
    case 'refunded':
    case 'expired':
      return {};
  }
}

/** Those that have waited for the capture, each cut to what the ones before it have left. */
export function beginRefunds(
  captured: Payment,
  timing: Timing,
): {
  readonly payment: Payment;
  readonly refunds: readonly Refund[];
  readonly effects: readonly PaymentEffect[];
} {
  const now = new Date(captured.updatedAt);
  let payment: Payment = { ...captured, waitingRefunds: null };
  const refunds: Refund[] = [];
  for (const { refundId, amount, reason } of captured.waitingRefunds ?? []) {
    const given = Math.min(amount, keptOf(payment));
    if (given === 0) continue;
    const begun = newRefund(payment, given, now, timing);
    refunds.push({ ...begun, id: refundId, reason, paymentVersion: payment.version });
    payment = { ...payment, refundingAmount: payment.refundingAmount + given };
  }
  return { payment, refunds, effects: refunds.map((refund) => refundCallOf(payment, refund, 'call')) };
}

function isWaiting({ waitingRefunds }: Payment, refundId: string): boolean {
  return waitingRefunds?.some((one) => one.refundId === refundId) ?? false;
}
