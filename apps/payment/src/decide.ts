import { type Money, Rejected } from '#contracts';
import { type Current, type Rules } from '#loop';
import { advance, askedOf, refused } from './advance.js';
import { callOf, type ProviderEffect, type Timing, whenAttemptIsOver, whenCallIsOver } from './effects.js';
import { giveBack } from './giving-back.js';
import {
  type AttemptDue,
  type CancelMessage,
  type CaptureMessage,
  type ChargeMessage,
  type Hinted,
  type PaymentMessage,
  type VoidMessage,
} from './messages.js';
import { expectMovable } from './movable.js';
import { awaited, moneyOf, type Payment, termsOf, UNHEARD_OF, viewOf } from './payment.js';
import { type PaymentDecision, type PaymentRow, recorded } from './record.js';
import { keyOf, type PaymentState } from './refund.js';
import {
  askRefundAgain,
  expectCurrency,
  lookAtRefund,
  paymentIn,
  requestRefund,
  settleRefund,
} from './refunding.js';

type PaymentRules = Rules<PaymentState, PaymentRow, PaymentMessage>;

/** Everything a payment can be told, decided. `canMove` is about the sums of the provider. */
export function paymentRules(timing: Timing, canMove: (money: Money) => boolean = () => true): PaymentRules {
  return {
    keys: keysOf,
    // A repeated request is answered with the refund that its key stands for.
    follow: (state) => (state.kind === 'key' ? [state.refundId] : []),
    decide: (current, message, now) =>
      expectMovable(message, decideAny(current, message, now, timing), canMove),
  };
}

function decideAny(
  current: Current<PaymentState>,
  message: PaymentMessage,
  now: Date,
  timing: Timing,
): PaymentDecision {
  if (message.type === 'payment.refund.v1') return requestRefund(current, message, now, timing);
  if (message.type === 'payment.give_back.v1') return giveBack(current, message, now, timing);
  if ('refundId' in message.data && message.data.refundId) {
    return aboutRefund(message.type)(current, message as never, now, timing);
  }
  return decide(paymentIn(current, message.data.paymentId), message, now, timing);
}

function aboutRefund(type: PaymentMessage['type']) {
  if (type === 'payment.hinted') return lookAtRefund;
  return type === 'payment.attempt_due' ? askRefundAgain : settleRefund;
}

function keysOf(message: PaymentMessage): ReturnType<PaymentRules['keys']> {
  const { data } = message;
  if (message.type === 'payment.charge.v1') return { load: [], fresh: [data.paymentId] };
  if (message.type === 'payment.refund.v1') {
    const { paymentId, refundId, idempotency } = message.data;
    return { load: [paymentId, keyOf(idempotency.key)], fresh: [refundId] };
  }
  return { load: 'refundId' in data && data.refundId ? [data.paymentId, data.refundId] : [data.paymentId] };
}

type AboutPayment = Exclude<PaymentMessage, { type: 'payment.refund.v1' | 'payment.give_back.v1' }>;

function decide(
  payment: Payment | undefined,
  message: AboutPayment,
  now: Date,
  timing: Timing,
): PaymentDecision {
  if (message.type === 'payment.charge.v1') {
    return payment ? chargedAgain(payment, message, now) : open(message, now, timing);
  }
  if (message.type === 'payment.capture.v1' || message.type === 'payment.void.v1') {
    return answer(payment, message, now, timing);
  }
  if (message.type === 'payment.hinted') return look(payment, message, now, timing);
  if (!payment) {
    if (message.type === 'payment.cancel.v1') return forestall(message, now);
    throw new Error(`${message.type} is about a payment that does not exist: ${message.data.paymentId}`);
  }
  if (message.type === 'payment.attempt_due') return askAgain(payment, message, now, timing);
  if (message.type === 'payment.authorization_expired' && !hasEnded(payment, now)) return {};
  return advance(payment, message, now, timing);
}

function hasEnded({ status, expiresAt }: Payment, now: Date): boolean {
  return status === 'authorized' && expiresAt !== null && expiresAt <= now.toISOString();
}

/** The intent: saved before the provider hears of it. */
function open({ data }: ChargeMessage, now: Date, timing: Timing): PaymentDecision {
  const { amount, currency } = data.amount;
  const next: Payment = {
    ...unborn(data, now),
    status: 'requested',
    terms: { amount, currency, method: data.method, capture: data.capture },
    nextAttemptAt: whenCallIsOver(now, timing),
  };
  return { ...recorded(undefined, next), effects: [callOf(next, 'call')] };
}

/** A cancel that has overtaken its charge: the row stays, so that the charge is never sent to the provider. */
function forestall({ data }: CancelMessage, now: Date): PaymentDecision {
  const at = now.toISOString();
  return recorded(undefined, {
    ...unborn(data, now),
    status: 'declined',
    declineCode: UNHEARD_OF,
    cancelledAt: at,
  });
}

/** One payment id is one charge. The first one's fact is in the outbox or on its way: nothing is sent again. */
function chargedAgain(payment: Payment, { data }: ChargeMessage, now: Date): PaymentDecision {
  const { amount, currency } = data.amount;
  const terms = { amount, currency, method: data.method, capture: data.capture };
  if (!payment.terms) {
    const next = { ...payment, terms, version: payment.version + 1, updatedAt: now.toISOString() };
    return recorded(payment, next, { detail: { note: 'cancelled before it was asked for' } });
  }
  const asked = JSON.stringify([payment.orderId, moneyOf(payment)]);
  if (asked !== JSON.stringify([data.orderId, { amount, currency }])) {
    throw new Error(`${payment.id} is charged again for another order or amount`);
  }
  return {};
}

/** Whoever tells it first, at this version, asks the provider; a second replica finds a later version. */
function askAgain(payment: Payment, { data }: AttemptDue, now: Date, timing: Timing): PaymentDecision {
  if (payment.version !== data.version || awaited(payment) === undefined) return {};
  const next: Payment = {
    ...payment,
    version: payment.version + 1,
    attempts: payment.attempts + 1,
    nextAttemptAt: whenAttemptIsOver(now, payment.attempts, timing),
    updatedAt: now.toISOString(),
  };
  const detail = { attempt: next.attempts };
  return { ...recorded(payment, next, { detail }), effects: [callOf(next, howToAsk(payment))] };
}

/** No more money is taken for what is cancelled, nor before the customer has taken her step. */
function howToAsk({ status, actionUrl }: Payment): ProviderEffect['how'] {
  if (status === 'cancelling') return actionUrl === null ? 'look' : 'abandon';
  return status === 'recalling' || status === 'requires_action' ? 'look' : 'settle';
}

/**
 * An event is a hint: the provider is asked, and what it answers moves the payment. A charge that has just begun has its
 * call in hand, and needs no hint.
 */
function look(payment: Payment | undefined, { data }: Hinted, now: Date, timing: Timing): PaymentDecision {
  if (!payment || payment.status === 'requested') return {};
  const waits = awaited(payment) !== undefined;
  if (!waits && !mayHaveChanged(payment)) return {};
  const next: Payment = {
    ...payment,
    version: payment.version + 1,
    nextAttemptAt: waits ? whenAttemptIsOver(now, payment.attempts, timing) : null,
    updatedAt: now.toISOString(),
  };
  const detail = { event: data.event };
  return { ...recorded(payment, next, { detail }), effects: [callOf(next, 'look')] };
}

/**
 * What is authorized may end, and a charge that a cancel took for one that the provider never heard of may come to pass.
 * What the provider itself has declined stays so, cancelled or not: it tells of every decline, and each would be searched for.
 */
function mayHaveChanged({ status, terms, declineCode }: Payment): boolean {
  return status === 'authorized' || (status === 'declined' && terms !== null && declineCode === UNHEARD_OF);
}

/** A client captures or voids: the answer is the payment as it then stands, also when it is asked for again. */
function answer(
  payment: Payment | undefined,
  message: CaptureMessage | VoidMessage,
  now: Date,
  timing: Timing,
): PaymentDecision {
  const { paymentId, expectedVersion } = message.data;
  if (!payment?.terms) throw new Rejected('payment-not-found', { paymentId });
  const { version } = payment;
  if (expectedVersion !== undefined && expectedVersion !== version) {
    throw new Rejected('version-mismatch', { paymentId, expectedVersion, version });
  }
  if (message.type === 'payment.capture.v1') expectCapturable(payment, message);
  const decision = advance(payment, message, now, timing);
  const next = decision.put?.find(([key]) => key === paymentId)?.[1];
  return { ...decision, answer: viewOf(next?.kind === 'payment' ? next : payment) };
}

/** There is one capture: what is asked for must fit into what is authorized, or be what is captured already. */
function expectCapturable(payment: Payment, { data }: CaptureMessage): void {
  if (data.request.amount) expectCurrency(payment, data.request.amount.currency);
  const asked = askedOf(payment, data);
  const isFirst = payment.status === 'authorized';
  const taken = payment.capturingAmount + payment.capturedAmount;
  if (
    termsOf(payment).capture === 'manual' &&
    (isFirst ? asked <= payment.authorizedAmount : asked === taken)
  ) {
    return;
  }
  throw refused('payment-not-capturable', payment);
}

function unborn({ paymentId: id, orderId }: { paymentId: string; orderId: string }, now: Date) {
  const at = now.toISOString();
  return {
    kind: 'payment',
    id,
    orderId,
    version: 1,
    terms: null,
    chargeId: null,
    authorizedAmount: 0,
    capturingAmount: 0,
    capturedAmount: 0,
    refundingAmount: 0,
    refundedAmount: 0,
    waitingRefunds: null,
    declineCode: null,
    actionUrl: null,
    expiresAt: null,
    cancelledAt: null,
    attempts: 0,
    nextAttemptAt: null,
    createdAt: at,
    updatedAt: at,
  } as const;
}
