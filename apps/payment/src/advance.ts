import {
  type Outgoing,
  paymentAuthorized,
  paymentCaptured,
  paymentDeclined,
  paymentRefunded,
  paymentVoided,
  Rejected,
  send,
} from '#contracts';
import { callOf, entersCall, nextAttemptAt, type PaymentEffect, type Timing } from './effects.js';
import { type CaptureMessage, type FactMessage, factOf } from './messages.js';
import { cellOf, type Fact, type Payment, publicStatus, type Status, type Step, termsOf } from './payment.js';
import { type PaymentDecision, recorded } from './record.js';
import { giveRestBack } from './refunding.js';

/** A cancel, a client's wish or the provider's word: one cell of the table. */
export function advance(payment: Payment, message: FactMessage, now: Date, timing: Timing): PaymentDecision {
  const fact = factOf(payment, message, now, timing.quarantineMs);
  const to = cellOf(payment.status, fact);
  if (to === '_') return {};
  if (to === '!') {
    throw refused(fact === 'capture' ? 'payment-not-capturable' : 'payment-not-voidable', payment);
  }
  if (to === 'X')
    throw new Error(`${message.type} (${fact}) reached ${payment.id}, which is ${payment.status}`);

  const at = now.toISOString();
  const next: Payment = {
    ...payment,
    ...learn(payment, fact, message),
    ...(message.type === 'payment.cancel.v1' && { cancelledAt: at }),
    status: to,
    version: payment.version + 1,
    attempts: entersCall(payment.status, to) ? 0 : payment.attempts,
    nextAttemptAt: nextAttemptAt(payment, to, now, timing),
    updatedAt: at,
  };
  if (to === 'refunding') return refunding(payment, next, message, timing);
  return {
    ...recorded(payment, next, { detail: detailOf(message) }),
    send: to === payment.status ? [] : (FACTS_OUT[to]?.(next) ?? []),
    effects: effectsOf(payment, next, message),
  };
}

/** All that was taken goes back: with a refund of its own, apart from what clients have refunded. */
function refunding(before: Payment, next: Payment, message: FactMessage, timing: Timing): PaymentDecision {
  const { payment, refund, effects } = giveRestBack(next, new Date(next.updatedAt), timing);
  const about = refund && { refundId: refund.id, amount: refund.amount };
  const detail = about ? { ...detailOf(message), ...about } : detailOf(message);
  const { put, append } = recorded(before, payment, { detail });
  return { put: refund ? [...put, [refund.id, refund]] : put, append, effects };
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
};

/** What a fact adds to what is known of a payment, apart from its status. */
function learn(payment: Payment, fact: Fact, message: FactMessage): Partial<Payment> {
  const chargeId = message.type === 'payment.provider_succeeded' ? message.data.chargeId : payment.chargeId;
  switch (fact) {
    case 'capture':
      return message.type === 'payment.capture.v1' ? { capturingAmount: askedOf(payment, message.data) } : {};
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
        declineCode: message.type === 'payment.provider_declined' ? message.data.code : 'cancelled',
      };
    case 'cancel':
    case 'void':
    case 'voided':
    case 'returned':
    case 'stuck':
    case 'unknown':
      return {};
  }
}

function effectsOf(before: Payment, next: Payment, message: FactMessage): readonly PaymentEffect[] {
  if (entersCall(before.status, next.status)) return [callOf(next, 'call')];
  if (next.status !== 'halted') return [];
  const reason = `${message.type}: ${JSON.stringify(message.data)}`;
  return [{ kind: 'alert', paymentId: next.id, reason }];
}

/** What the history keeps of a message: codes, ids and amounts, never the method. */
function detailOf(message: FactMessage): Step['detail'] {
  if (message.type === 'payment.cancel.v1' || message.type === 'payment.void.v1') return null;
  if (message.type === 'payment.capture.v1') {
    const { amount } = message.data.request;
    return amount ? { amount: amount.amount } : null;
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
