import { type Invariant } from '#persistence';
import { LEFT, locationInvariants } from './location-invariants.store.js';

/** Of the database of the stock service. The statements read whole tables: for tests and reports, not for the hot path. */
export const stockInvariants: readonly Invariant[] = [
  {
    id: 'A5',
    name: 'every level is the sum of its movements',
    sql: `
      select p.sku, p.on_hand, p.reserved, m.on_hand as moved_on_hand, m.reserved as moved_reserved
      from products p
      left join (
        select sku, sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved from movements group by sku
      ) m using (sku)
      where (p.on_hand, p.reserved) is distinct from (coalesce(m.on_hand, 0), coalesce(m.reserved, 0))`,
  },
  {
    id: 'A5',
    name: 'what is reserved is what the held reservations hold',
    sql: `
      select sku, p.reserved, h.held
      from products p
      full join (
        select line ->> 'sku' as sku, sum(${LEFT}) as held
        from reservations, jsonb_array_elements(lines) as line
        where status = 'held' group by 1
      ) h using (sku)
      where coalesce(p.reserved, 0) <> coalesce(h.held, 0)`,
  },
  {
    id: 'A5',
    name: 'every movement belongs to a product, and is not newer than its row',
    sql: `
      select m.sku, m.seq from movements m left join products p using (sku)
      where p.sku is null or m.seq > p.version`,
  },
  {
    id: 'A6',
    name: 'nothing is oversold',
    sql: 'select sku, on_hand, reserved from products where reserved < 0 or on_hand + backorder_limit < reserved',
  },
  {
    id: 'A6',
    name: 'no level was ever oversold, movement by movement',
    sql: `
      select sku, seq from (
        select sku, seq, sum(on_hand_delta) over w as on_hand, sum(reserved_delta) over w as reserved
        from movements window w as (partition by sku order by seq)
      ) as levels join products p using (sku)
      where levels.reserved < 0 or levels.on_hand + p.backorder_most < levels.reserved`,
  },
  {
    id: 'A7',
    name: 'every line of an order moved as the one status of its reservation says',
    sql: `
      select order_id, sku, status, quantity, m.on_hand, m.reserved
      from (
        select r.order_id, r.status, line ->> 'sku' as sku, ${LEFT} as quantity
        from reservations r, jsonb_array_elements(r.lines) as line
      ) as lines
      full join (
        select order_id, sku, sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved
        from movements where order_id is not null group by order_id, sku
      ) m using (order_id, sku)
      where (coalesce(m.on_hand, 0), coalesce(m.reserved, 0)) is distinct from (
        case status when 'committed' then -quantity else 0 end,
        case status when 'held' then quantity else 0 end)`,
  },
  {
    id: 'A7',
    name: 'a reservation is committed at most once',
    sql: `
      select order_id, sku, kind, count(*) from movements
      where kind = 'committed' group by order_id, sku, kind having count(*) > 1`,
  },
  {
    id: 'A7',
    name: 'no line gives back more than it has, nor twice for one return',
    sql: `
      select order_id, line from reservations, jsonb_array_elements(lines) as line
      where ${LEFT} < 0
        or (select count(*) <> count(distinct one ->> 'id') from jsonb_array_elements(line -> 'returns') as one)`,
  },
  {
    id: 'A10',
    name: 'the price of a product is the last one that was kept',
    sql: `
      select p.sku, p.price_amount, h.amount from products p, lateral (
        select amount from product_prices
        where sku = p.sku and currency = p.price_currency order by seq desc limit 1
      ) as h
      where h.amount is distinct from p.price_amount`,
  },
  {
    id: 'A11',
    name: 'an import has every chunk that it counts',
    sql: `
      select id, chunks from imports
      where chunks <> (select count(*) from import_chunks where import_id = id and chunk < chunks)`,
  },
  {
    id: 'Q1',
    name: 'no hold outlives its end by more than a minute and a half',
    sql: `
      select order_id, expires_at from reservations
      where status = 'held' and expires_at < now() - interval '90 seconds'`,
  },
  {
    id: 'Q2',
    name: 'a message moves a SKU at most once',
    sql: 'select message_id, sku, count(*) from movements group by message_id, sku having count(*) > 1',
  },
  ...locationInvariants,
];
