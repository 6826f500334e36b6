import {
  type Outgoing,
  paymentActionRequired,
  paymentAuthorized,
  paymentCaptured,
  paymentDeclined,
  paymentExpired,
  paymentRefunded,
  paymentVoided,
  Rejected,
  send,
} from '#contracts';
import { callOf, entryCall, later, nextAttemptAt, type PaymentEffect, type Timing } from './effects.js';
import { beginRefunds } from './giving-back.js';
import { type CaptureMessage, type FactMessage, factOf } from './messages.js';
import {
  cellOf,
  declineCodeOf,
  type Fact,
  type Payment,
  publicStatus,
  type Status,
  type Step,
  termsOf,
  UNHEARD_OF,
} from './payment.js';
import { type PaymentDecision, recorded } from './record.js';
import { giveRestBack } from './refunding.js';

/** A cancel, a client's wish or the provider's word: one cell of the table. */
export function advance(payment: Payment, message: FactMessage, now: Date, timing: Timing): PaymentDecision {
  const fact = factOf(payment, message, now, timing.quarantineMs);
  const to = cellOf(payment.status, fact);
  if (to === '_') return {};
  if (to === '!') {
    if (message.type === 'payment.collect.v1') return collectedTooLate(payment);
    throw refused(fact === 'capture' ? 'payment-not-capturable' : 'payment-not-voidable', payment);
  }
  if (to === 'X')
    throw new Error(`${message.type} (${fact}) reached ${payment.id}, which is ${payment.status}`);

  const next = moved(payment, to, { fact, message, now, timing });
  if (to === 'captured' && next.waitingRefunds) return capturedWithRefunds(payment, next, message, timing);
  if (to === 'refunding') return refunding(payment, next, message, timing);
  return {
    ...recorded(payment, next, { detail: detailOf(message) }),
    send: to === payment.status ? [] : (FACTS_OUT[to]?.(next) ?? []),
    effects: effectsOf(payment, next, message),
  };
}

/** The payment as it stands in its next status. */
function moved(
  payment: Payment,
  to: Status,
  { fact, message, now, timing }: { fact: Fact; message: FactMessage; now: Date; timing: Timing },
): Payment {
  const at = now.toISOString();
  const restarts =
    entryCall(payment.status, to) !== undefined || (to === 'requires_action' && payment.status !== to);
  const known: Payment = {
    ...payment,
    ...learn(payment, fact, message),
    ...temporary(payment, to, message, later(now, timing.authorizationMs)),
    attempts: restarts ? 0 : payment.attempts,
  };
  return {
    ...known,
    ...(message.type === 'payment.cancel.v1' && { cancelledAt: at }),
    status: to,
    waitingRefunds: canStillBegin(to) ? payment.waitingRefunds : null,
    version: payment.version + 1,
    nextAttemptAt: nextAttemptAt(known, to, now, timing),
    updatedAt: at,
  };
}

/** What an order wants back waits for the capture. Once the rest goes back too, there is nothing to wait for. */
const canStillBegin = (status: Status): boolean =>
  status === 'authorized' || status === 'capturing' || status === 'captured' || status === 'halted';

/** Captured, and with that the refunds begin that have waited for it. */
function capturedWithRefunds(
  before: Payment,
  next: Payment,
  message: FactMessage,
  timing: Timing,
): PaymentDecision {
  const { payment, refunds, effects } = beginRefunds(next, timing);
  const detail = { ...detailOf(message), refunds: refunds.map(({ id, amount }) => ({ id, amount })) };
  const { put, append } = recorded(before, payment, { detail });
  const begun = refunds.map((refund) => [refund.id, refund] as const);
  return { put: [...put, ...begun], append, send: FACTS_OUT.captured?.(payment) ?? [], effects };
}

/** Its order has been told, or will be, that the money is gone. Before it is authorized nobody ships. */
function collectedTooLate({ id, status }: Payment): PaymentDecision {
  if (status === 'requested' || status === 'unknown')
    throw new Error(`${id} is collected, but only ${status}`);
  return {};
}

/** All that was taken goes back: with a refund of its own, apart from what clients have refunded. */
function refunding(before: Payment, next: Payment, message: FactMessage, timing: Timing): PaymentDecision {
  const { payment, refund, effects } = giveRestBack(next, new Date(next.updatedAt), timing);
  const about = refund && { refundId: refund.id, amount: refund.amount };
  const detail = about ? { ...detailOf(message), ...about } : detailOf(message);
  const { put, append } = recorded(before, payment, { detail });
  // A capture that was asked for is told, though a cancel has overtaken it: with it goes back what it has not taken.
  const told = before.status === 'recalling' ? (FACTS_OUT.captured?.(payment) ?? []) : [];
  return { put: refund ? [...put, [refund.id, refund]] : put, append, send: told, effects };
}

const paid = (payment: Payment, amount: number) => ({
  paymentId: payment.id,
  orderId: payment.orderId,
  amount: { amount, currency: termsOf(payment).currency },
});
const released = (payment: Payment) => {
  const { amount: authorized, currency } = termsOf(payment);
  const amount = authorized - payment.capturedAmount;
  return amount > 0 ? { released: { amount, currency } } : {};
};
const about = ({ id, orderId }: Payment) => ({ paymentId: id, orderId });

/** What the world is told when a payment gets there. */
const FACTS_OUT: Readonly<Partial<Record<Status, (payment: Payment) => readonly Outgoing[]>>> = {
  authorized: (payment) => [send(paymentAuthorized, paid(payment, payment.authorizedAmount))],
  captured: (payment) => [
    send(paymentCaptured, { ...paid(payment, payment.capturedAmount), ...released(payment) }),
  ],
  declined: (payment) => [
    send(paymentDeclined, { ...about(payment), code: payment.declineCode ?? 'declined' }),
  ],
  voided: (payment) => [send(paymentVoided, about(payment))],
  refunded: (payment) => [send(paymentRefunded, about(payment))],
  requires_action: (payment) => [send(paymentActionRequired, about(payment))],
  expired: (payment) => [send(paymentExpired, about(payment))],
};

/** What a fact adds to what is known of a payment, apart from its status. */
function learn(payment: Payment, fact: Fact, message: FactMessage): Partial<Payment> {
  const { chargeId = payment.chargeId } = message.data as { chargeId?: string };
  switch (fact) {
    case 'capture':
      if (message.type !== 'payment.capture.v1') return { capturingAmount: payment.authorizedAmount };
      return { capturingAmount: askedOf(payment, message.data) };
    case 'authorized':
      return { chargeId, authorizedAmount: termsOf(payment).amount };
    case 'captured': {
      const { amount } = termsOf(payment);
      if (payment.capturingAmount === 0)
        return { chargeId, authorizedAmount: amount, capturedAmount: amount };
      return { capturingAmount: 0, capturedAmount: payment.capturingAmount };
    }
    case 'declined':
      if (payment.capturingAmount > 0) return { capturingAmount: 0 };
      return {
        declineCode:
          message.type === 'payment.provider_declined' ? declineCodeOf(message.data.code) : UNHEARD_OF,
      };
    case 'expired':
      if (payment.capturingAmount > 0) return { capturingAmount: 0 };
      return payment.authorizedAmount > 0 ? {} : { declineCode: 'authorization_expired' };
    case 'action':
      return { chargeId };
    case 'cancel':
    case 'void':
    case 'voided':
    case 'returned':
    case 'stuck':
    case 'withheld':
    case 'bounced':
    case 'unknown':
      return {};
  }
}

/** What is only known for a while: the customer's step, and until when it, or an authorization, stands. */
function temporary(
  payment: Payment,
  to: Status,
  message: FactMessage,
  usualEnd: string,
): Pick<Payment, 'actionUrl' | 'expiresAt'> {
  const { url = payment.actionUrl, expiresAt } = message.data as { url?: string; expiresAt?: string };
  const keepsUrl = to === 'requires_action' || to === 'cancelling';
  const actionUrl = keepsUrl ? url : null;
  if (to === 'authorized') return { actionUrl, expiresAt: expiresAt ?? usualEnd };
  return { actionUrl, expiresAt: to === 'requires_action' ? (expiresAt ?? payment.expiresAt) : null };
}

function effectsOf(before: Payment, next: Payment, message: FactMessage): readonly PaymentEffect[] {
  const entry = entryCall(before.status, next.status);
  if (entry) return [callOf(next, entry)];
  if (next.status !== 'halted') return [];
  const reason = `${message.type}: ${JSON.stringify(message.data)}`;
  return [{ kind: 'alert', paymentId: next.id, reason }];
}

/** What the history keeps of a message: codes, ids and amounts, never the method. */
function detailOf(message: FactMessage): Step['detail'] {
  if (message.type === 'payment.capture.v1') {
    const { amount } = message.data.request;
    return amount ? { amount: amount.amount } : null;
  }
  if (!('operation' in message.data)) return null;
  if (message.type === 'payment.authorization_expired') return null;
  if (message.type === 'payment.provider_action_needed') {
    const { operation, chargeId, expiresAt } = message.data;
    return { operation, chargeId, expiresAt };
  }
  const { paymentId: _, ...detail } = message.data;
  return detail;
}

/** What a capture asks for. */
export function askedOf({ authorizedAmount }: Payment, { request }: CaptureMessage['data']): number {
  return request.amount?.amount ?? authorizedAmount;
}

export function refused(code: 'payment-not-capturable' | 'payment-not-voidable', payment: Payment): Rejected {
  const { id: paymentId, authorizedAmount, capturedAmount } = payment;
  const status = publicStatus(payment.status);
  return new Rejected(code, { paymentId, status, authorizedAmount, capturedAmount });
}
