import {
  type Outgoing,
  paymentAuthorized,
  paymentCaptured,
  paymentDeclined,
  paymentRefunded,
  paymentVoided,
  send,
} from '#contracts';
import { type Decision, type Rules } from '#loop';
import {
  callOf,
  entersCall,
  nextAttemptAt,
  type PaymentEffect,
  type Timing,
  whenAttemptIsOver,
  whenCallIsOver,
} from './effects.js';
import { post, type Transfer } from './ledger.js';
import {
  type AttemptDue,
  type CancelMessage,
  type ChargeMessage,
  factOf,
  type PaymentMessage,
  type ProviderMessage,
} from './messages.js';
import {
  awaited,
  cellOf,
  type Fact,
  moneyOf,
  type Payment,
  type Status,
  type Step,
  termsOf,
} from './payment.js';

export type PaymentRow = Step | Transfer;
type PaymentDecision = Decision<Payment, PaymentRow>;

export function paymentRules(timing: Timing): Rules<Payment, PaymentRow, PaymentMessage> {
  return {
    keys: ({ type, data }) =>
      type === 'payment.charge.v1' ? { load: [], fresh: [data.paymentId] } : { load: [data.paymentId] },
    decide: (current, message, now) => decide(current.get(message.data.paymentId), message, now, timing),
  };
}

/** Everything a payment can be told, decided. */
export function decide(
  payment: Payment | undefined,
  message: PaymentMessage,
  now: Date,
  timing: Timing,
): PaymentDecision {
  if (message.type === 'payment.charge.v1') {
    return payment ? chargedAgain(payment, message, now) : open(message, now, timing);
  }
  if (!payment) {
    if (message.type === 'payment.cancel.v1') return forestall(message, now);
    throw new Error(`${message.type} is about a payment that does not exist: ${message.data.paymentId}`);
  }
  if (message.type === 'payment.attempt_due') return askAgain(payment, message, now, timing);
  return advance(payment, message, now, timing);
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
  return { ...saved(undefined, next), effects: [callOf(next, 'call')] };
}

/** A cancel that has overtaken its charge: the row stays, so that the charge is never sent to the provider. */
function forestall({ data }: CancelMessage, now: Date): PaymentDecision {
  const at = now.toISOString();
  return saved(undefined, {
    ...unborn(data, now),
    status: 'declined',
    declineCode: 'cancelled',
    cancelledAt: at,
  });
}

/** One payment id is one charge. The first one's fact is in the outbox or on its way: nothing is sent again. */
function chargedAgain(payment: Payment, { data }: ChargeMessage, now: Date): PaymentDecision {
  const { amount, currency } = data.amount;
  const terms = { amount, currency, method: data.method, capture: data.capture };
  if (!payment.terms) {
    const next = { ...payment, terms, version: payment.version + 1, updatedAt: now.toISOString() };
    return saved(payment, next, { note: 'cancelled before it was asked for' });
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
  const how = payment.status === 'cancelling' ? 'look' : 'settle';
  return { ...saved(payment, next, { attempt: next.attempts }), effects: [callOf(next, how)] };
}

/** A cancel or the provider's word: one cell of the table. */
function advance(
  payment: Payment,
  message: CancelMessage | ProviderMessage,
  now: Date,
  timing: Timing,
): PaymentDecision {
  const fact = factOf(payment, message, now, timing.quarantineMs);
  const to = cellOf(payment.status, fact);
  if (to === '_') return {};
  if (to === 'X')
    throw new Error(`${message.type} (${fact}) reached ${payment.id}, which is ${payment.status}`);

  const at = now.toISOString();
  const learned = { ...payment, ...learn(payment, fact, message, at) };
  const next: Payment = {
    ...learned,
    status: to,
    version: payment.version + 1,
    attempts: entersCall(payment.status, to) ? 0 : payment.attempts,
    nextAttemptAt: nextAttemptAt(payment, to, now, timing),
    updatedAt: at,
  };
  return {
    ...saved(payment, next, detailOf(message)),
    send: to === payment.status ? [] : (FACTS_OUT[to]?.(next) ?? []),
    effects: effectsOf(payment, next, message),
  };
}

const paid = (payment: Payment) => ({
  paymentId: payment.id,
  orderId: payment.orderId,
  amount: moneyOf(payment),
});
const about = ({ id, orderId }: Payment) => ({ paymentId: id, orderId });

/** What the world is told when a payment gets there. */
const FACTS_OUT: Readonly<Partial<Record<Status, (payment: Payment) => readonly Outgoing[]>>> = {
  authorized: (payment) => [send(paymentAuthorized, paid(payment))],
  captured: (payment) => [send(paymentCaptured, paid(payment))],
  declined: (payment) => [
    send(paymentDeclined, { ...about(payment), code: payment.declineCode ?? 'declined' }),
  ],
  voided: (payment) => [send(paymentVoided, about(payment))],
  refunded: (payment) => [send(paymentRefunded, about(payment))],
};

/** What a fact adds to what is known of a payment, apart from its status. */
function learn(
  payment: Payment,
  fact: Fact,
  message: CancelMessage | ProviderMessage,
  at: string,
): Partial<Payment> {
  const chargeId = message.type === 'payment.provider_succeeded' ? message.data.chargeId : payment.chargeId;
  switch (fact) {
    case 'cancel':
      return { cancelledAt: at };
    case 'authorized':
      return { chargeId, authorizedAmount: termsOf(payment).amount };
    case 'captured': {
      const { amount } = termsOf(payment);
      return { chargeId, authorizedAmount: amount, capturedAmount: amount };
    }
    case 'reversed':
      return { refundedAmount: payment.capturedAmount };
    case 'declined':
      return {
        declineCode: message.type === 'payment.provider_declined' ? message.data.code : 'cancelled',
      };
    case 'unknown':
    case 'stuck':
      return {};
  }
}

/** The row, its history, and a transfer for each sum that has moved. */
function saved(before: Payment | undefined, next: Payment, detail: Step['detail'] = null): PaymentDecision {
  const { id: paymentId, version, status: to, updatedAt: at } = next;
  const append: PaymentRow[] = [
    { kind: 'step', paymentId, version, from: before?.status ?? null, to, at, detail },
  ];
  const captured = next.capturedAmount - (before?.capturedAmount ?? 0);
  const refunded = next.refundedAmount - (before?.refundedAmount ?? 0);
  const journal = (amount: number) => ({ paymentId, amount, currency: termsOf(next).currency, at });
  if (captured !== 0) append.push(post('capture', journal(captured)));
  if (refunded !== 0) append.push(post('refund', journal(refunded)));
  return { put: [[paymentId, next]], append };
}

function effectsOf(
  before: Payment,
  next: Payment,
  message: CancelMessage | ProviderMessage,
): readonly PaymentEffect[] {
  if (entersCall(before.status, next.status)) return [callOf(next, 'call')];
  if (next.status !== 'halted') return [];
  const reason = `${message.type}: ${JSON.stringify(message.data)}`;
  return [{ kind: 'alert', paymentId: next.id, reason }];
}

/** What the history keeps of a message: codes and ids, never the method. */
function detailOf(message: CancelMessage | ProviderMessage): Step['detail'] {
  if (message.type === 'payment.cancel.v1') return null;
  const { paymentId: _, ...detail } = message.data;
  return detail;
}

function unborn({ paymentId: id, orderId }: { paymentId: string; orderId: string }, now: Date) {
  const at = now.toISOString();
  return {
    id,
    orderId,
    version: 1,
    terms: null,
    chargeId: null,
    authorizedAmount: 0,
    capturedAmount: 0,
    refundedAmount: 0,
    declineCode: null,
    cancelledAt: null,
    attempts: 0,
    nextAttemptAt: null,
    createdAt: at,
    updatedAt: at,
  };
}
