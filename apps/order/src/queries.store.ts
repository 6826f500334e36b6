import { type TimelineEntry } from '#contracts';
import { type Queryable } from '#persistence';
import { type Order, type Phase, publicStatus } from './order.js';
import { iso, ORDER_COLUMNS, type OrderRow, withNumbers } from './order.store.js';
import { type Moment } from './view.js';

/** In no particular order; unknown ids are left out. */
export async function findOrders(db: Queryable, ids: readonly string[]): Promise<Map<string, Order>> {
  const { rows } = await db.query<OrderRow>({
    name: 'find-orders',
    text: `select ${ORDER_COLUMNS} from orders where id = any($1::text[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, withNumbers(row)]));
}

interface HistoryRow extends Omit<TimelineEntry, 'from' | 'to'> {
  readonly from: Phase | null;
  readonly to: Phase;
}

/** Every step in the order of versions, in the words of the API. */
export async function findTimeline(db: Queryable, orderId: string): Promise<TimelineEntry[]> {
  const { rows } = await db.query<HistoryRow>({
    name: 'find-timeline',
    text: `select version, to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, from_phase as "from",
             to_phase as "to", cause, source as service, message_id as "messageId", causation_id as "causationId",
             request_id as "requestId", trace_id as "traceId", detail
           from order_history where order_id = $1 order by version`,
    values: [orderId],
  });
  return rows.map((row) => ({ ...row, from: row.from && publicStatus(row.from), to: publicStatus(row.to) }));
}

/** The step by which the order first settled: what a client who waited was told. */
export async function findFirstSettled(db: Queryable, orderId: string): Promise<Moment | undefined> {
  const { rows } = await db.query<Moment>({
    name: 'find-first-settled',
    text: `select to_phase as phase, version, to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "updatedAt",
             detail -> 'reason' as reason, detail ->> 'expiresAt' as "expiresAt", detail ->> 'paymentId' as "paymentId"
           from order_history
           where order_id = $1 and to_phase in ('awaiting_payment', 'confirmed', 'rejected', 'cancelled')
           order by version limit 1`,
    values: [orderId],
  });
  return rows[0];
}

export interface Overdue {
  readonly orderId: string;
  readonly deadlineAt: string;
  readonly requestId: string;
  readonly traceId: string;
  readonly placedBy: string;
}

/** Orders whose deadline the database's clock has passed, with the trace of the request that placed them. */
export async function findOverdue(db: Queryable, limit: number, aheadMs = 0): Promise<Overdue[]> {
  const { rows } = await db.query<Overdue>({
    name: 'find-overdue',
    // Not a plain join: a plan that was made on empty tables would begin with the history, and read all of it every second.
    text: `select o.id as "orderId", ${iso('o.deadline_at')} as "deadlineAt", h.request_id as "requestId",
             h.trace_id as "traceId", h.message_id as "placedBy"
           from orders o cross join lateral (
             select request_id, trace_id, message_id from order_history where order_id = o.id and version = 1 limit 1) h
           where o.deadline_at < now() + $2 * interval '1 millisecond' order by o.deadline_at limit $1`,
    values: [limit, aheadMs],
  });
  return rows;
}

/** As many as are told apart: more are as bad, and counting them costs. */
const MOST_OVERDUE = 10_000;

/** Orders that have been overdue for more than a minute: whoever turns them into facts looks every second. */
export async function countLongOverdue(db: Queryable, aheadMs = 0): Promise<number> {
  const { rows } = await db.query<{ count: number }>({
    name: 'count-long-overdue',
    text: `select count(*)::integer as count from (select from orders
             where deadline_at < now() + $1 * interval '1 millisecond' - interval '1 minute' limit $2) overdue`,
    values: [aheadMs, MOST_OVERDUE],
  });
  return rows[0]?.count ?? 0;
}
