import { type Queryable } from '#persistence';
import { type Order } from './order.js';

type Lines = Pick<Order, 'lines' | 'totalAmount'>;

/** Place, reserve, change and its answer: no order has other lines before. */
const FIRST_CHANGED_VERSION = 4;

/** The lines as they were before they were changed for the first time; undefined when they never were. */
export async function findFirstLines(db: Queryable, order: Order): Promise<Lines | undefined> {
  if (order.version < FIRST_CHANGED_VERSION) return undefined;
  const { rows } = await db.query<{ was: Lines }>({
    name: 'find-first-lines',
    text: `select detail -> 'was' as was from order_history
           where order_id = $1 and cause = 'stock.changed.v1' order by version limit 1`,
    values: [order.id],
  });
  return rows[0]?.was;
}
