import { type GetSales, type SalesRow } from '#contracts';
import { type Queryable, type Tx } from '#persistence';
import { type SaleFact, type SalesDecision, type SoldOrder, WHOLE } from './sales.js';

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

export async function findSold(db: Queryable, ids: readonly string[]): Promise<Map<string, SoldOrder>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<Omit<SoldOrder, 'totalAmount'> & { readonly totalAmount: string }>({
    name: 'find-sold-orders',
    text: `select o.id, o.phase, o.currency, o.lines, coalesce(o.total_amount, 0) as "totalAmount",
             o.payment ->> 'id' as "paymentId", o.phase in ('confirmed', 'fulfilled') or o.phase = 'cancelled' and exists (
               select from order_history h where h.order_id = o.id and h.to_phase = 'confirmed') as "isSale"
           from orders o where o.id = any($1::text[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, { ...row, totalAmount: Number(row.totalAmount) }]));
}

export async function findReturned(
  db: Queryable,
  generation: number,
  ids: readonly string[],
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; amount: string }>({
    name: 'find-returned',
    text: 'select order_id as id, amount from report_returned where generation = $1 and order_id = any($2::text[])',
    values: [generation, ids],
  });
  return new Map(rows.map(({ id, amount }) => [id, Number(amount)]));
}

export async function findWaiting(db: Queryable, generation: number): Promise<SaleFact[]> {
  const { rows } = await db.query<{ fact: SaleFact }>({
    name: 'find-waiting-facts',
    text: 'select fact from report_waiting where generation = $1 order by event_id',
    values: [generation],
  });
  return rows.map(({ fact }) => fact);
}

const SAVE = `
with sales as (
  insert into report_sales as r (generation, sku, day, currency, orders, cancelled_orders, units, returned_units, gross, returned)
  select $1, sku, day, currency, orders, "cancelledOrders", units, "returnedUnits", gross, returned
  from json_to_recordset($2::json) as c(sku text, day date, currency text, orders bigint, "cancelledOrders" bigint,
    units bigint, "returnedUnits" bigint, gross bigint, returned bigint)
  on conflict (generation, sku, day, currency) do update set
    orders = r.orders + excluded.orders, cancelled_orders = r.cancelled_orders + excluded.cancelled_orders,
    units = r.units + excluded.units, returned_units = r.returned_units + excluded.returned_units,
    gross = r.gross + excluded.gross, returned = r.returned + excluded.returned
)
insert into report_returned (generation, order_id, amount)
select $1, id, amount from json_to_recordset($3::json) as b(id text, amount bigint)
on conflict (generation, order_id) do update set amount = excluded.amount`;

export async function saveSales(
  tx: Tx,
  generation: number,
  { changes, returned, waiting }: SalesDecision,
  waitedBefore: number,
): Promise<void> {
  if (changes.length > 0 || returned.size > 0) {
    const amounts = [...returned].map(([id, amount]) => ({ id, amount }));
    const values = [generation, JSON.stringify(changes), JSON.stringify(amounts)];
    await tx.query({ name: 'save-sales', text: SAVE, values });
  }
  if (waitedBefore === 0 && waiting.length === 0) return;
  await tx.query({
    name: 'save-waiting-facts',
    text: `with gone as (delete from report_waiting where generation = $1 and event_id <> all($2::text[]))
           insert into report_waiting (generation, event_id, fact)
           select $1, id, fact::json from unnest($2::text[], $3::text[]) as w(id, fact) on conflict do nothing`,
    values: [generation, waiting.map(({ eventId }) => eventId), waiting.map((fact) => JSON.stringify(fact))],
  });
}

interface Sums {
  readonly day: string | null;
  readonly sku: string | null;
  readonly currency: string;
  readonly orders: string;
  readonly cancelledOrders: string;
  readonly units: string;
  readonly returnedUnits: string;
  readonly gross: string;
  readonly returned: string;
}

const SUMS = `sum(orders) as orders, sum(cancelled_orders) as "cancelledOrders", sum(units) as units,
  sum(returned_units) as "returnedUnits", sum(gross) as gross, sum(returned) as returned`;

/** In the order of days or SKUs, one more than the limit if there is one. `after`: day or SKU, and currency. */
export async function findSales(
  db: Queryable,
  { by, from, to, limit }: GetSales,
  [key, currency]: readonly [string, string],
): Promise<SalesRow[]> {
  const own = by === 'day' ? `to_char(day, 'YYYY-MM-DD')` : 'sku';
  const { rows } = await db.query<Sums>({
    name: `find-sales-by-${by}`,
    text: `select ${by === 'day' ? `${own} as day, null as sku` : 'null as day, sku'}, currency, ${SUMS}
           from report_sales
           where generation = (select generation from event_log_reader) and sku ${by === 'day' ? '=' : '>'} '${WHOLE}'
             and day between $1 and $2 and (${by === 'day' ? 'day, currency' : 'sku, currency'}) > ($3, $4)
           group by ${by}, currency order by ${by}, currency limit $5`,
    values: [from, to, key, currency, limit + 1],
  });
  return rows.map(rowOf);
}

export async function findAsOf(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ asOf: string | null }>({
    name: 'find-as-of',
    text: `select to_char(as_of at time zone 'utc', ${ISO}) as "asOf" from event_log_reader`,
  });
  return rows[0]?.asOf ?? null;
}

function rowOf({ currency, gross, returned, day, sku, ...counts }: Sums): SalesRow {
  const money = (amount: number) => ({ amount, currency });
  const { orders, cancelledOrders, units, returnedUnits } = counts;
  return {
    day,
    sku,
    orders: Number(orders),
    cancelledOrders: Number(cancelledOrders),
    units: Number(units),
    returnedUnits: Number(returnedUnits),
    gross: money(Number(gross)),
    returned: money(Number(returned)),
    net: money(Number(gross) - Number(returned)),
  };
}
