import { crash } from '#crash-points';
import { type Loop, localMessage } from '#loop';
import { type Observe } from '#messaging';
import { type Database } from '#persistence';
import { type DeadlinePassed, type OrderMessage } from './messages.js';
import { type OrderState, type Step } from './order.js';
import { countLongOverdue, findOverdue } from './queries.store.js';

const AT_ONCE = 256;

/** Turns overdue orders into facts. Two replicas may find the same order: the second fact changes nothing. Nor does one about an order that has got another deadline since. */
export async function tellOverdue(
  database: Database,
  loop: Loop<OrderState, Step, OrderMessage>,
): Promise<void> {
  const overdue = await findOverdue(database, AT_ONCE, database.clock.aheadMs);
  if (overdue.length > 0) crash?.('deadlines.found');
  const facts = overdue.map(({ orderId, deadlineAt, requestId, traceId, placedBy }): DeadlinePassed => {
    const trace = { requestId, traceparent: `00-${traceId}-${traceId.slice(0, 16)}-01` };
    return localMessage(
      'order.deadline_passed',
      { orderId, deadlineAt },
      { source: 'order', causationId: placedBy, trace },
    );
  });
  const failed = (await loop.settle(facts)).find((outcome) => 'failed' in outcome);
  if (failed) throw failed.failed;
}

/** Apart from the above, so that it goes on telling when that stands still. */
export async function watchOverdue(database: Database, observe: Observe): Promise<void> {
  observe('waybill_orders_overdue', {}, await countLongOverdue(database, database.clock.aheadMs));
}
