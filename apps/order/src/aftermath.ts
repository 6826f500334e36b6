import { type FactMessage } from './messages.js';
import { type Order } from './order.js';
import { type OrderDecision, step } from './step.js';

/** All has left, and now the money is gone or the stock says that there was none: the order says so, once. */
export function aftermath(order: Order, { type }: FactMessage, now: Date): OrderDecision {
  if (type === 'stock.commit_refused.v1') {
    return order.reason ? {} : step(order, { reason: { code: 'stock_missing' } }, now);
  }
  if (order.moneyReturned) return {};
  return step(order, { moneyReturned: true, reason: { code: 'payment_returned' } }, now);
}
