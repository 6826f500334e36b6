import { type Load } from '../e2e/load.js';
import { type Shop } from '../e2e/shop.js';

/** How the orders of a load fared while something broke and healed. */
export interface Course {
  readonly accepted: number;
  /** Of answers with 201. */
  readonly acceptedGapMs: number;
  /** Of orders that reached their end: what services tell each other went through. */
  readonly confirmedGapMs: number;
  /** From the healing to the next order that was accepted. */
  readonly acceptingAgainMs: number;
  /** From the healing until all that had been accepted before had come to their end. */
  readonly settledMs: number;
  /** Each answer that was not 201. */
  readonly failures: readonly string[];
}

const SQL = `
  with mine as (
    select o.id, o.created_at, (select min(h.at) from order_history h where h.order_id = o.id and h.to_phase = 'confirmed') as confirmed_at
    from orders o where o.customer_id = $1
  ), gaps as (
    select confirmed_at - lag(confirmed_at) over (order by confirmed_at) as gap from mine
  )
  select
    (select coalesce(max(extract(epoch from gap)), 0) * 1000 from gaps)::float8 as confirmed,
    (select extract(epoch from min(created_at) - $2::timestamptz) * 1000 from mine where created_at > $2)::float8 as again,
    (select greatest(0, extract(epoch from max(confirmed_at) - $2::timestamptz) * 1000) from mine where created_at <= $2)::float8 as settled`;

interface Row {
  readonly confirmed: number;
  readonly again: number;
  readonly settled: number;
}

/** Of a load that has ended, all orders of which have been confirmed. */
export async function courseOf({ books }: Pick<Shop, 'books'>, load: Load, healedAt: Date): Promise<Course> {
  const [row] = await books.rows<Row>('order', SQL, [load.customerId, healedAt]);
  const { confirmed, again, settled } = row as Row;
  return {
    accepted: load.accepted.size,
    acceptedGapMs: load.longestGapMs,
    confirmedGapMs: confirmed,
    acceptingAgainMs: again,
    settledMs: settled,
    failures: load.failures,
  };
}
