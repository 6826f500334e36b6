import { setTimeout as pause } from 'node:timers/promises';
import { type SalesReport, type SalesRow } from '#contracts';
import { type Books } from './books.js';
import { type Client } from './client.js';

interface Kept {
  readonly books: Books;
}

type Counts = Omit<SalesRow, 'day' | 'sku' | 'currency' | 'gross' | 'returned' | 'net'> & {
  readonly gross: number;
  readonly returned: number;
};

const ORDERS = `
  with sold as (
    select o.*, (select at from order_history h where h.order_id = o.id and h.to_phase = 'confirmed' order by version limit 1) as sold_at
    from orders o),
  lines as (
    select o.id, l->>'sku' as sku, (l->>'quantity')::int as quantity, (l->>'unitAmount')::bigint as price,
      coalesce((l->>'cancelledQuantity')::int, 0) + coalesce((l->>'returnedQuantity')::int, 0) as back
    from sold o, json_array_elements(o.lines) l where o.sold_at is not null)`;

/** What the report by day must say, from the books of the services: order history and ledger, not the log. */
export async function salesByDay({ books }: Kept): Promise<Counts> {
  const [sold] = await books.rows<Record<string, string>>(
    'order',
    `${ORDERS}, per as (select id, sum(quantity) as units, sum(back) as back from lines group by id)
     select count(*) as orders, coalesce(sum(units), 0) as units, coalesce(sum(total_amount), 0) as gross,
       count(*) filter (where phase = 'cancelled') as cancelled,
       coalesce(sum(case phase when 'cancelled' then units else back end), 0) as "returnedUnits"
     from sold join per using (id)`,
  );
  const paid = await books.rows<{ id: string }>(
    'order',
    `${ORDERS} select payment->>'id' as id from sold where sold_at is not null`,
  );
  const [back] = await books.rows<{ sum: string }>(
    'payment',
    `select coalesce(sum(case status when 'voided' then amount else amount - captured_amount + refunded_amount end), 0) as sum
     from payments where id = any($1) and status not in ('authorized', 'requested', 'unknown')`,
    [paid.map(({ id }) => id)],
  );
  return {
    orders: Number(sold?.orders),
    cancelledOrders: Number(sold?.cancelled),
    units: Number(sold?.units),
    returnedUnits: Number(sold?.returnedUnits),
    gross: Number(sold?.gross),
    returned: Number(back?.sum),
  };
}

/** Units and money of each SKU, before anything came back. */
export async function salesBySku({ books }: Kept): Promise<object[]> {
  const rows = await books.rows<Record<string, string>>(
    'order',
    `${ORDERS} select sku, count(*) as orders, sum(quantity) as units, sum(quantity * price) as gross from lines group by sku order by sku`,
  );
  return rows.map(({ sku, orders, units, gross }) => ({
    sku,
    orders: Number(orders),
    units: Number(units),
    gross: Number(gross),
  }));
}

/** The report as it is now. */
export function reportNow(client: Client, by: 'day' | 'sku'): Promise<SalesReport> {
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  return client.read(`/v1/reports/sales?from=${day(-40)}&to=${day(1)}&by=${by}&limit=100`);
}

/** The report, as soon as it holds everything that had happened when it was asked for. */
export async function report(client: Client, by: 'day' | 'sku', timeoutMs = 30_000): Promise<SalesReport> {
  const asked = Date.now();
  for (;;) {
    const found = await reportNow(client, by);
    if (found.asOf !== null && Date.parse(found.asOf) > asked) return found;
    if (Date.now() > asked + timeoutMs)
      throw new Error(`the report is as of ${found.asOf} after ${timeoutMs} ms`);
    await pause(100);
  }
}

/** All days together: a test may run at midnight. */
export function summed({ data }: SalesReport): Counts {
  const sum = (of: (row: SalesRow) => number): number => data.reduce((total, row) => total + of(row), 0);
  return {
    orders: sum(({ orders }) => orders),
    cancelledOrders: sum(({ cancelledOrders }) => cancelledOrders),
    units: sum(({ units }) => units),
    returnedUnits: sum(({ returnedUnits }) => returnedUnits),
    gross: sum(({ gross }) => gross.amount),
    returned: sum(({ returned }) => returned.amount),
  };
}
