import { type Load } from '../e2e/load.js';
import { type Shop } from '../e2e/shop.js';

/** How the orders of a load fared from when something broke. */
export interface Course {
  readonly accepted: number;
  /** The longest without a new order. */
  readonly acceptedGapMs: number;
  /** And without one that reached its end: what services tell each other went through. */
  readonly confirmedGapMs: number;
  /** From the healing to the next order that was accepted. */
  readonly acceptingAgainMs: number;
  /** From the healing until all that had been accepted before had come to their end. */
  readonly settledMs: number;
  /** Each answer that was not 201. */
  readonly failures: readonly string[];
}

export interface Times {
  readonly brokenAt: Date;
  readonly healedAt: Date;
}

/** $2: when it broke, $3: when it had healed. */
const SQL = `
  with mine as (
    select o.created_at,
      (select min(h.at) from order_history h where h.order_id = o.id and h.to_phase = 'confirmed') as confirmed_at
    from orders o where o.customer_id = $1
  ), accepted as (
    select created_at as at, created_at - lag(created_at) over (order by created_at) as gap from mine
  ), confirmed as (
    select confirmed_at as at, confirmed_at - lag(confirmed_at) over (order by confirmed_at) as gap from mine
  )
  select
    (select extract(epoch from max(gap)) * 1000 from accepted where at > $2)::float8 as accepted,
    (select extract(epoch from max(gap)) * 1000 from confirmed where at > $2)::float8 as confirmed,
    (select extract(epoch from min(created_at) - $3) * 1000 from mine where created_at > $3)::float8 as again,
    (select greatest(0, extract(epoch from max(confirmed_at) - $3) * 1000) from mine where created_at <= $3)::float8
      as settled`;

interface Row {
  readonly accepted: number;
  readonly confirmed: number;
  readonly again: number;
  readonly settled: number;
}

/** Of a load that has ended, all orders of which have been confirmed. */
export async function courseOf(
  { books }: Pick<Shop, 'books'>,
  load: Load,
  { brokenAt, healedAt }: Times,
): Promise<Course> {
  const [row] = await books.rows<Row>('order', SQL, [load.customerId, brokenAt, healedAt]);
  const { accepted, confirmed, again, settled } = row as Row;
  return {
    accepted: load.accepted.size,
    acceptedGapMs: accepted,
    confirmedGapMs: confirmed,
    acceptingAgainMs: again,
    settledMs: settled,
    failures: load.failures,
  };
}
