import { type Invariant } from '#persistence';

/** What a line still stands for: what was given back of it counts no more. */
export const LEFT = `((line ->> 'quantity')::bigint - coalesce((select sum((one ->> 'quantity')::bigint)
        from jsonb_array_elements(line -> 'returns') as one), 0))`;

/** What lies where, as the rows of the SKUs say; a SKU without locations lies in `main`. */
const LEVELS = `
  select sku, l.location, l."onHand" as on_hand, l.reserved
  from products, jsonb_to_recordset(coalesce(locations,
    jsonb_build_array(jsonb_build_object('location', 'main', 'onHand', on_hand, 'reserved', reserved))))
    as l(location text, "onHand" integer, reserved integer)`;

/** What happened where; a movement that names no location happened in `main`. */
const MOVED = `
  select m.sku, m.seq, coalesce(l.location, 'main') as location,
    coalesce(l.on_hand_delta, m.on_hand_delta) as on_hand_delta,
    coalesce(l.reserved_delta, m.reserved_delta) as reserved_delta
  from movements m left join location_movements l using (sku, seq)`;

/** Of SKUs that lie in several locations; they hold for all others as well. */
export const locationInvariants: readonly Invariant[] = [
  {
    id: 'A5',
    name: 'the levels of the locations of a SKU add up to its level',
    sql: `
      select sku, p.on_hand, p.reserved, l.on_hand as located, l.reserved as located_reserved
      from products p
      join (select sku, sum(on_hand) as on_hand, sum(reserved) as reserved from (${LEVELS}) as levels group by sku) l
        using (sku)
      where (p.on_hand, p.reserved) is distinct from (l.on_hand, l.reserved)`,
  },
  {
    id: 'A5',
    name: 'every level of a location is the sum of its movements',
    sql: `
      select sku, location, l.on_hand, l.reserved, m.on_hand as moved_on_hand, m.reserved as moved_reserved
      from (${LEVELS}) as l
      full join (
        select sku, location, sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved
        from (${MOVED}) as moved group by sku, location
      ) m using (sku, location)
      where (coalesce(l.on_hand, 0), coalesce(l.reserved, 0)) is distinct from
        (coalesce(m.on_hand, 0), coalesce(m.reserved, 0))`,
  },
  {
    id: 'A5',
    name: 'what a movement did in locations adds up to the movement',
    sql: `
      select sku, seq, m.on_hand_delta, m.reserved_delta, l.on_hand, l.reserved
      from (
        select sku, seq, sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved
        from location_movements group by sku, seq
      ) l
      left join movements m using (sku, seq)
      where (m.on_hand_delta, m.reserved_delta) is distinct from (l.on_hand, l.reserved)`,
  },
  {
    id: 'A5',
    // What was given back before its commit is the last of its parts.
    name: 'what is reserved in a location is what the held reservations hold there',
    sql: `
      select sku, location, l.reserved, h.held
      from (${LEVELS}) as l
      full join (
        select line ->> 'sku' as sku, part.location, sum(least(part.quantity, greatest(${LEFT} - part.before, 0))) as held
        from reservations, jsonb_array_elements(lines) as line, lateral (
          select location, quantity, sum(quantity) over (order by place) - quantity as before
          from rows from (jsonb_to_recordset(coalesce(line -> 'from',
            jsonb_build_array(jsonb_build_object('location', 'main', 'quantity', ${LEFT}))))
            as (location text, quantity bigint)) with ordinality as parts(location, quantity, place)
        ) as part
        where status = 'held' group by 1, 2
      ) h using (sku, location)
      where coalesce(l.reserved, 0) <> coalesce(h.held, 0)`,
  },
  {
    id: 'A6',
    name: 'nothing is oversold in any location',
    sql: `
      select sku, location, l.on_hand, l.reserved from (${LEVELS}) as l join products p using (sku)
      where l.reserved < 0 or l.on_hand + p.backorder_limit < l.reserved`,
  },
  {
    id: 'A6',
    name: 'no location was ever oversold, movement by movement',
    sql: `
      select sku, location, seq from (
        select sku, location, seq, sum(on_hand_delta) over w as on_hand, sum(reserved_delta) over w as reserved
        from (${MOVED}) as moved window w as (partition by sku, location order by seq)
      ) as levels join products p using (sku)
      where levels.reserved < 0
        or levels.on_hand + case location when 'main' then p.backorder_most else 0 end < levels.reserved`,
  },
  {
    id: 'A7',
    // Held again after its hold had run out, it has parts for what it still stood for.
    name: 'the parts of a line add up to it',
    sql: `
      select order_id, line from reservations, jsonb_array_elements(lines) as line
      where line ? 'from' and (
        select sum((part ->> 'quantity')::bigint) from jsonb_array_elements(line -> 'from') as part
      ) not in ((line ->> 'quantity')::bigint, ${LEFT})`,
  },
  {
    id: 'A5',
    name: 'stock lies only in locations that there are',
    sql: `select sku, location from (${LEVELS}) as l where location not in (select id from locations)`,
  },
];
