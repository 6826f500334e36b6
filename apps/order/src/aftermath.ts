import { orderFulfilled, send } from '#contracts';
import { FACT_OF, type FactMessage } from './messages.js';
import { type GivingBack, goodsOf, moneyOf, newsOf } from './money-back.js';
import { type Order, type OrderLine } from './order.js';
import { totalOf } from './saga.js';
import { noting, type OrderDecision, step } from './step.js';

/** All has left, and now the money is gone or the stock says that there was none: the order says so, once. */
export function aftermath(order: Order, { type }: Pick<FactMessage, 'type'>, now: Date): OrderDecision {
  if (FACT_OF[type] === 'commit_refused') {
    return order.reason ? {} : step(order, { reason: { code: 'stock_missing' } }, now);
  }
  if (order.moneyReturned) return {};
  return step(order, { moneyReturned: true, reason: { code: 'payment_returned' } }, now);
}

/**
 * Some has left, and the rest is not to follow: its client cancels, its money is gone, or its goods are. What has left
 * stays with the customer, so the order ends as fulfilled, with what was cancelled of each line.
 */
export function closeRest(order: Order, { type }: Pick<FactMessage, 'type'>, now: Date): OrderDecision {
  const lines = order.lines.map(withoutRest);
  const rest: GivingBack = {
    returnId: `ret_${order.id.slice('ord_'.length)}`,
    lines: lines
      .filter(({ cancelledQuantity = 0 }) => cancelledQuantity > 0)
      .map(({ sku, cancelledQuantity = 0 }) => ({ sku, quantity: cancelledQuantity })),
    reason: 'cancelled',
  };
  const isGone = FACT_OF[type] === 'commit_refused';
  const isVoid = FACT_OF[type] === 'payment_returned' || FACT_OF[type] === 'payment_expired';
  const wrong = isGone ? 'stock_missing' : isVoid ? 'payment_returned' : undefined;
  const change = {
    phase: 'fulfilled' as const,
    lines,
    ...(isVoid && { moneyReturned: true }),
    ...(wrong && { reason: { code: wrong } as const }),
  };
  const decision = step(order, change, now, (next) => [
    ...(isGone ? [] : [goodsOf(order, rest)]),
    ...(isVoid ? [] : moneyOf(order, next, rest)),
    newsOf(order, rest),
    send(orderFulfilled, { orderId: order.id, total: totalOf(order) }),
  ]);
  return noting(decision, { cancelled: rest.lines });
}

/** The rest of it was cancelled: it is not cancelled again. */
export function isRestCancelled({ phase, lines }: Order): boolean {
  return phase === 'fulfilled' && lines.some(({ cancelledQuantity = 0 }) => cancelledQuantity > 0);
}

function withoutRest(line: OrderLine): OrderLine {
  const rest = line.quantity - (line.fulfilledQuantity ?? 0);
  return rest === 0 ? line : { ...line, cancelledQuantity: rest };
}
