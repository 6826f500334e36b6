import { cancelPayment, type PaymentStarted, Rejected, send } from '#contracts';
import { type Current, type Rules } from '#loop';
import { aftermath, closeRest, isRestCancelled } from './aftermath.js';
import { askChange, onChangeAnswered } from './changing.js';
import { fulfil, isPartlyFulfilled } from './fulfil.js';
import { FACT_OF, type FactMessage, type OrderMessage } from './messages.js';
import { note } from './note.js';
import { type KeyUse, type Order, type OrderState, publicStatus, type Step } from './order.js';
import { keyOf, place, replayedPayment, usedKey } from './place.js';
import { priceLines } from './pricing.js';
import { takeReturn } from './returns.js';
import { type Cell, charge, rejectAndRelease, SAGA, totalOf } from './saga.js';
import { type Change, type OrderDecision, step } from './step.js';
import { viewOf } from './view.js';

type PayMessage = Extract<OrderMessage, { type: 'order.pay.v1' }>;
type CancelMessage = Extract<OrderMessage, { type: 'order.cancel.v1' }>;
type ReservedMessage = Extract<OrderMessage, { type: 'stock.reserved.v1' }>;

/** Everything an order can be told, decided. `sagaTimeoutMs`: how long stock and payment may take to answer. */
export function orderRules({
  sagaTimeoutMs,
}: {
  sagaTimeoutMs: number;
}): Rules<OrderState, Step, OrderMessage> {
  const laterThan = (now: Date): string => new Date(now.getTime() + sagaTimeoutMs).toISOString();
  return {
    keys(message) {
      const { data } = message;
      if (message.type === 'order.place.v1') {
        return { load: [], fresh: [data.orderId, keyOf(message.data.idempotency.key)] };
      }
      if ('idempotency' in data) {
        return { load: [data.orderId], fresh: [keyOf(data.idempotency.key)] };
      }
      return { load: [data.orderId] };
    },
    decide(current, message, now) {
      if (message.type === 'order.place.v1')
        return place(current, message, { now, deadlineAt: laterThan(now) });
      if (message.type === 'order.pay.v1') return pay(current, message, now, laterThan(now));
      if (message.type === 'order.fulfil.v1') return fulfil(current, message, now);
      if (message.type === 'order.return.v1') return takeReturn(current, message, now);
      if (message.type === 'order.change.v1') return askChange(current, message, now);
      if (message.type === 'order.note.v1') return note(current, message, now);
      if (message.type === 'order.cancel.v1') return cancel(current, message, now);
      const order = current.get(message.data.orderId);
      if (order?.kind !== 'order') throw new Error(`${message.type} is about an order that does not exist`);
      return advance(order, message, now);
    },
  };
}

/** Answers with the order as it stands afterwards, also when it, or the rest of it, had been cancelled before. */
function cancel(current: Current<OrderState>, message: CancelMessage, now: Date): OrderDecision {
  const { orderId, expectedVersion } = message.data;
  const order = current.get(orderId);
  if (order?.kind !== 'order') throw new Rejected('order-not-found', { orderId });
  if (expectedVersion !== undefined && expectedVersion !== order.version) {
    throw new Rejected('version-mismatch', { orderId, expectedVersion, version: order.version });
  }
  if (isRestCancelled(order)) return { answer: viewOf(order) };
  const decision = advance(order, message, now);
  const [[, next] = []] = decision.put ?? [];
  return { ...decision, answer: viewOf(next?.kind === 'order' ? next : order) };
}

/** A fact about an order: one cell of the table, and those that need more than the phase. */
function advance(order: Order, message: FactMessage, now: Date): OrderDecision {
  if (isAboutAnotherPayment(order, message)) return strayPayment(order, message);
  if (isAboutAnotherDeadline(order, message)) return {};
  const cell = SAGA[order.phase][FACT_OF[message.type]];
  if (cell !== 'decided') return apply(order, cell, message, now);
  if (message.type === 'stock.reserved.v1') return onReserved(order, message, now);
  if (message.type === 'stock.changed.v1' || message.type === 'stock.change_refused.v1') {
    return onChangeAnswered(order, message, now);
  }
  if (message.type === 'payment.action_required.v1') return tellWaiter(order, now);
  if (message.type === 'payment.declined.v1') return onDeclinedWhilePaying(order, now);
  if (order.phase === 'fulfilled') return aftermath(order, message, now);
  return order.moneyReturned ? {} : step(order, { moneyReturned: true }, now);
}

function apply(order: Order, cell: Cell, message: FactMessage, now: Date): OrderDecision {
  if (cell === 'ignore') return {};
  if (cell === 'impossible') throw new Error(`${message.type} reached ${order.id}, which is ${order.phase}`);
  if ('refuse' in cell)
    throw new Rejected(cell.refuse, { orderId: order.id, status: publicStatus(order.phase) });
  if ('stay' in cell) return { send: cell.stay(order) };
  if (cell.to === 'cancelled' && isPartlyFulfilled(order)) return closeRest(order, message, now);
  const fact = FACT_OF[message.type];
  const returned = fact === 'payment_returned' || fact === 'payment_expired' ? { moneyReturned: true } : {};
  return step(order, { phase: cell.to, ...reasonOf(cell, message), ...returned }, now, cell.send);
}

function reasonOf(cell: Extract<Cell, { to: unknown }>, message: FactMessage): Change {
  if (message.type === 'stock.rejected.v1')
    return { reason: { code: message.data.code, items: message.data.items } };
  if (!cell.reason) return {};
  const code = cell.reason;
  return { reason: message.type === 'payment.declined.v1' ? { code, detail: message.data.code } : { code } };
}

function onReserved(order: Order, { data }: ReservedMessage, now: Date): OrderDecision {
  const priced = priceLines(order, data.lines);
  if ('reason' in priced) return step(order, { phase: 'rejected', ...priced }, now, rejectAndRelease);
  const held = { ...priced, expiresAt: data.expiresAt };
  if (order.payment) return step(order, { phase: 'charging', ...held }, now, charge);
  return step(order, { phase: 'awaiting_payment', ...held }, now);
}

/** The order goes on waiting. Whoever waits for it need not: nothing goes on without the customer. Told once. */
function tellWaiter(order: Order, now: Date): OrderDecision {
  const { waiter } = order;
  if (!waiter) return {};
  const decision = step(order, { waiter: null }, now);
  const [[, next] = []] = decision.put ?? [];
  if (next?.kind !== 'order') return decision;
  return { ...decision, notify: [{ ...waiter, data: viewOf(next) }] };
}

/** Another method may be tried as long as the stock is held. */
function onDeclinedWhilePaying(order: Order, now: Date): OrderDecision {
  const held = order.expiresAt !== null && order.expiresAt > now.toISOString();
  if (held) return step(order, { phase: 'awaiting_payment' }, now);
  return apply(
    order,
    SAGA.awaiting_payment.deadline_passed as Cell,
    { type: 'order.deadline_passed' } as FactMessage,
    now,
  );
}

function pay(
  current: Current<OrderState>,
  message: PayMessage,
  now: Date,
  deadlineAt: string,
): OrderDecision {
  const { orderId, paymentId, idempotency, payment, notify } = message.data;
  const used = usedKey(current, idempotency);
  const order = current.get(orderId);
  if (order?.kind !== 'order') throw new Rejected('order-not-found', { orderId });
  if (used) return { answer: replayedPayment(used, order) };

  const cell = SAGA[order.phase].payment_requested as Cell;
  const chosen = { id: paymentId, method: payment.method, capture: payment.capture ?? 'automatic' };
  const waiter = notify && message.replyTo ? { replyTo: message.replyTo, name: paymentId } : null;
  if (typeof cell === 'object' && 'refuse' in cell) {
    throw new Rejected(cell.refuse, { orderId, status: publicStatus(order.phase) });
  }
  const createdAt = now.toISOString();
  const started = step(order, { phase: 'paying', payment: chosen, waiter, deadlineAt }, now, charge);
  const key: KeyUse = {
    kind: 'key',
    key: idempotency.key,
    version: 1,
    fingerprint: idempotency.fingerprint,
    orderId,
    paymentId,
    createdAt,
  };
  const answer: PaymentStarted = { orderId, paymentId, amount: totalOf(order), createdAt, replayed: false };
  return { ...started, put: [...(started.put ?? []), [keyOf(idempotency.key), key]], answer };
}

function isAboutAnotherPayment(order: Order, message: FactMessage): boolean {
  return 'paymentId' in message.data && message.data.paymentId !== order.payment?.id;
}

/**
 * Between the look for what is overdue and this decision the order may have gone on to another deadline: it has been paid
 * for, or a payment was declined. Compared as times: stock may write the end of its hold otherwise than the database.
 */
export function isAboutAnotherDeadline({ deadlineAt }: Order, message: FactMessage): boolean {
  if (message.type !== 'order.deadline_passed' || deadlineAt === null) return false;
  return Date.parse(deadlineAt) !== Date.parse(message.data.deadlineAt);
}

/** An earlier try of an order that went on. Late news of it changes nothing, but its money must not stay. */
function strayPayment({ id }: Order, message: FactMessage): OrderDecision {
  if (FACT_OF[message.type] !== 'payment_taken' || !('paymentId' in message.data)) return {};
  return { send: [send(cancelPayment, { orderId: id, paymentId: message.data.paymentId })] };
}
