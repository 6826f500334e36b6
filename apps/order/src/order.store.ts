import { type Saving } from '#loop';
import { outboxCtes, type Queryable } from '#persistence';
import { type KeyUse, type Order, type OrderState, type Step } from './order.js';

/** Timestamps leave Postgres as RFC 3339 UTC with milliseconds: what clients see, and what compares as text. */
export const iso = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

export const ORDER_COLUMNS = `'order' as kind, id, version, phase, customer_id as "customerId", currency, lines,
  adjustments, total_amount as "totalAmount", expected_total as "expectedTotal", metadata, payment,
  money_returned as "moneyReturned", reason, ${iso('expires_at')} as "expiresAt", ${iso('deadline_at')} as "deadlineAt",
  waiter, change, ${iso('created_at')} as "createdAt", ${iso('updated_at')} as "updatedAt"`;

/** Keys are order ids, or `idem:<uuid>` for the use of an idempotency key. */
export async function loadOrders(
  db: Queryable,
  keys: readonly string[],
  lock: boolean,
): Promise<Map<string, OrderState>> {
  const found = new Map<string, OrderState>();
  const ids = keys.filter((key) => key.startsWith('ord_'));
  const uses = keys.filter((key) => key.startsWith('idem:')).map((key) => key.slice('idem:'.length));
  if (ids.length > 0) for (const order of await loadById(db, ids, lock)) found.set(order.id, order);
  // After the orders: who has waited for an order that a twin was paying must see the key that the twin has used.
  if (uses.length > 0) for (const use of await loadKeyUses(db, uses)) found.set(`idem:${use.key}`, use);
  return found;
}

async function loadById(db: Queryable, ids: readonly string[], lock: boolean): Promise<Order[]> {
  const { rows } = await db.query<OrderRow>({
    name: lock ? 'lock-orders' : 'load-orders',
    text: `select ${ORDER_COLUMNS} from orders where id = any($1::text[]) order by id ${lock ? 'for update' : ''}`,
    values: [ids],
  });
  return rows.map(withNumbers);
}

async function loadKeyUses(db: Queryable, keys: readonly string[]): Promise<KeyUse[]> {
  const { rows } = await db.query<KeyUse>({
    name: 'load-idempotency-keys',
    text: `select 'key' as kind, 1 as version, key, fingerprint, order_id as "orderId", payment_id as "paymentId",
             answer, ${iso('created_at')} as "createdAt"
           from idempotency_keys where key = any($1::uuid[])`,
    values: [keys],
  });
  return rows;
}

/** A row as it arrives: a bigint is text. */
export type OrderRow = Omit<Order, 'totalAmount'> & { readonly totalAmount: string | null };

/** Every amount is below 2^53. */
export function withNumbers(row: OrderRow): Order {
  return { ...row, totalAmount: row.totalAmount === null ? null : Number(row.totalAmount) };
}

/** Most batches have no order with adjustments or other lines: their statement knows nothing of them. */
const saveText = (all: '' | 'all'): string => `
with change as (
  select * from json_to_recordset($1::json) as c(
    before integer, id text, version integer, phase text, "customerId" text, currency text, lines json,
    ${all && 'adjustments json, change integer, '}"totalAmount" bigint, "expectedTotal" json, metadata json, payment json, "moneyReturned" boolean, reason json,
    "expiresAt" timestamptz, "deadlineAt" timestamptz, waiter json, "createdAt" timestamptz, "updatedAt" timestamptz)
), inserted as (
  insert into orders (id, version, phase, customer_id, currency, lines, ${all && 'adjustments, change, '}total_amount, expected_total, metadata, payment,
    money_returned, reason, expires_at, deadline_at, waiter, created_at, updated_at)
  select id, version, phase, "customerId", currency, lines, ${all && 'adjustments, change, '}"totalAmount", "expectedTotal", metadata, payment,
    "moneyReturned", reason, "expiresAt", "deadlineAt", waiter, "createdAt", "updatedAt"
  from change where before = 0
  returning 1
), updated as (
  update orders o set version = c.version, phase = c.phase, lines = c.lines, ${all && 'adjustments = c.adjustments, change = c.change, '}total_amount = c."totalAmount",
    payment = c.payment, money_returned = c."moneyReturned", reason = c.reason, expires_at = c."expiresAt",
    deadline_at = c."deadlineAt", waiter = c.waiter, updated_at = c."updatedAt"
  from change c where c.before > 0 and o.id = c.id and o.version = c.before
  returning 1
), used as (
  insert into idempotency_keys (key, fingerprint, order_id, payment_id, answer, created_at)
  select key, fingerprint, "orderId", "paymentId", answer, "createdAt"
  from json_to_recordset($2::json) as k(key uuid, fingerprint uuid, "orderId" text, "paymentId" text, answer json,
    "createdAt" timestamptz)
), history as (
  insert into order_history (order_id, version, from_phase, to_phase, at, cause, source, message_id, causation_id,
    request_id, trace_id, detail)
  select "orderId", version, "from", "to", at, cause, source, "messageId", "causationId", "requestId", "traceId", detail
  from json_to_recordset($3::json) as h("orderId" text, version integer, "from" text, "to" text, at timestamptz,
    cause text, source text, "messageId" text, "causationId" text, "requestId" text, "traceId" text, detail json)
), ${outboxCtes('$4', '$5')}
select waybill_expect((select count(*) from inserted) + (select count(*) from updated), $6, 'orders')`;

const SAVE = { name: 'save-orders', text: saveText('') };
const SAVE_ALL = { name: 'save-orders-with-adjustments', text: saveText('all') };

export async function saveOrders(db: Queryable, saving: Saving<OrderState, Step>): Promise<void> {
  const orders: object[] = [];
  const keys: KeyUse[] = [];
  const all = saving.changes.some(
    ({ after }) => after.kind === 'order' && (after.adjustments || after.change),
  );
  for (const { before, after } of saving.changes) {
    if (after.kind === 'order') orders.push({ before: before?.version ?? 0, ...after });
    else keys.push(after);
  }
  const history = saving.appended.map(({ row, cause }) => ({
    ...row,
    cause: cause.type,
    source: cause.source,
    messageId: cause.id,
    causationId: cause.causationId,
    requestId: cause.trace.requestId,
    traceId: cause.trace.traceparent.slice(3, 35),
  }));
  await db.query({
    ...(all ? SAVE_ALL : SAVE),
    values: [
      JSON.stringify(orders),
      JSON.stringify(keys),
      JSON.stringify(history),
      JSON.stringify(saving.outbox),
      saving.sent,
      orders.length,
    ],
  });
}
