import { firstIdAt, type ListOrders } from '#contracts';
import { type Queryable } from '#persistence';
import { type Order, phasesOf } from './order.js';
import { ORDER_COLUMNS, type OrderRow, withNumbers } from './order.store.js';

/** Orders that one page looks at, at most: what it filters by has no index, which every order would have to pay for. */
export const LOOKED_AT = 20_000;
/** How far the time in an id, which is the gateway's, may be from the time of the row, which is the database's. */
const SKEW_MS = 300_000;

export interface Listed {
  readonly orders: Order[];
  /** Where the next page goes on; null when there is none. */
  readonly next: string | null;
}

/** Newest first. When few orders match, a page may have less than its limit, even nothing, and still not be the last one. */
export async function listOrders(
  db: Queryable,
  asked: ListOrders,
  { lookedAt = LOOKED_AT, aheadMs = 0 } = {},
): Promise<Listed> {
  const values: unknown[] = [];
  const conditions = (...all: [test: (parameter: string) => string, value: unknown][]): string => {
    const given = all.filter(([, value]) => value !== undefined);
    const tests = given.map(([test, value]) => test(`$${values.push(value)}`));
    return tests.length > 0 ? `where ${tests.join(' and ')}` : '';
  };
  const range = conditions(
    [(p) => `id < ${p}`, asked.before],
    [(p) => `id = ${p}`, asked.orderId],
    [(p) => `customer_id = ${p}`, asked.customerId],
    // A test that moves the clock moves what rows say, and not their ids: by nothing at first, and never by more than now.
    [(p) => `id >= ${p}`, asked.createdAfter && idAt(asked.createdAfter, -SKEW_MS - aheadMs)],
    [(p) => `id < ${p}`, asked.createdBefore && idAt(asked.createdBefore, SKEW_MS)],
  );
  const filter = conditions(
    [(p) => `phase = any(${p}::text[])`, asked.status && phasesOf(asked.status)],
    [(p) => `created_at > ${p}::timestamptz`, asked.createdAfter],
    [(p) => `created_at < ${p}::timestamptz`, asked.createdBefore],
    // As it is written there: a quote within a text has a backslash before it. Parsing every document takes twice as long.
    [(p) => `strpos(lines::text, ${p}) > 0`, asked.sku && `"sku":${JSON.stringify(asked.sku)}`],
  );
  const [most, offset, wanted] = [lookedAt, lookedAt - 1, asked.limit + 1].map((n) => `$${values.push(n)}`);
  // One statement sees one moment: what is placed meanwhile moves no boundary. The boundary is sought only when it is needed.
  const { rows } = await db.query<{ orders: OrderRow[]; boundary: string | null }>({
    text: `with found as (
             select ${ORDER_COLUMNS} from (select * from orders ${range} order by id desc limit ${most}) looked
             ${filter} order by id desc limit ${wanted})
           select (select coalesce(json_agg(found), '[]') from found) as orders,
             case when (select count(*) from found) < ${wanted}
               then (select id from orders ${range} order by id desc offset ${offset} limit 1) end as boundary`,
    values,
  });
  const { orders: found = [], boundary = null } = rows[0] ?? {};
  const orders = found.slice(0, asked.limit).map(withNumbers);
  return { orders, next: found.length > asked.limit ? (orders.at(-1)?.id ?? null) : boundary };
}

function idAt(timestamp: string, shiftMs: number): string {
  return firstIdAt('ord', Date.parse(timestamp) + shiftMs);
}
