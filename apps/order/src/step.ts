import { type Outgoing } from '#contracts';
import { type Decision } from '#loop';
import { isSettled, type Order, type OrderState, type Step } from './order.js';
import { viewOf } from './view.js';

export type OrderDecision = Decision<OrderState, Step>;

/** What a step changes of an order. */
export type Change = Partial<
  Pick<
    Order,
    | 'phase'
    | 'lines'
    | 'totalAmount'
    | 'payment'
    | 'moneyReturned'
    | 'reason'
    | 'expiresAt'
    | 'deadlineAt'
    | 'waiter'
    | 'change'
  >
>;

/** One version further: the order, its history, what it sends, and word to whoever waits for it to settle. */
export function step(
  order: Order,
  change: Change,
  now: Date,
  sends: (next: Order) => readonly Outgoing[] = () => [],
): OrderDecision {
  const at = now.toISOString();
  const moved: Order = { ...order, ...change, version: order.version + 1, updatedAt: at };
  const settled = isSettled(moved.phase);
  // A payment that was never asked for is none.
  const payment =
    order.phase === 'reserving' && (moved.phase === 'rejected' || moved.phase === 'cancelled')
      ? null
      : moved.payment;
  const next: Order = {
    ...moved,
    payment,
    deadlineAt: moved.phase === 'awaiting_payment' ? moved.expiresAt : settled ? null : moved.deadlineAt,
    waiter: settled ? null : moved.waiter,
  };
  const { id: orderId, version, phase: to, reason, expiresAt } = next;
  const detail = {
    ...(reason && { reason }),
    ...(expiresAt && { expiresAt }),
    ...(payment && { paymentId: payment.id }),
  };
  return {
    put: [[orderId, next]],
    append: [{ orderId, version, from: order.phase, to, at, detail }],
    send: sends(next),
    notify: settled && moved.waiter ? [{ ...moved.waiter, data: viewOf(next) }] : [],
  };
}

/** The same, with more in its timeline. */
export function noting(decision: OrderDecision, detail: NonNullable<Step['detail']>): OrderDecision {
  const append = decision.append?.map((row) => ({ ...row, detail: { ...row.detail, ...detail } })) ?? [];
  return { ...decision, append };
}
