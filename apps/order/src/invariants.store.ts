import { type Invariant } from '#persistence';

export const orderInvariants: readonly Invariant[] = [
  {
    id: 'A3',
    name: 'an order took only legal steps, one version at a time',
    sql: `with step as (
            select *, lag(to_phase) over w as previous, lag(version) over w as previous_version
            from order_history window w as (partition by order_id order by version))
          select order_id, version, from_phase, to_phase from step
          where (version = 1) <> (from_phase is null)
             or version <> coalesce(previous_version, 0) + 1
             or from_phase is distinct from previous
             or case when cause = 'order.note.v1' then from_phase is distinct from to_phase else
               (coalesce(from_phase, ''), to_phase) not in (
               ('', 'reserving'),
               ('reserving', 'charging'), ('reserving', 'awaiting_payment'), ('reserving', 'rejected'),
               ('reserving', 'cancelled'), ('charging', 'charging'), ('charging', 'confirmed'), ('charging', 'cancelled'),
               ('awaiting_payment', 'paying'), ('awaiting_payment', 'changing'),
               ('changing', 'awaiting_payment'), ('changing', 'cancelled'), ('awaiting_payment', 'cancelled'), ('paying', 'confirmed'),
               ('paying', 'paying'), ('paying', 'awaiting_payment'), ('paying', 'cancelled'), ('confirmed', 'cancelled'),
               ('confirmed', 'confirmed'), ('confirmed', 'fulfilled'), ('fulfilled', 'fulfilled'),
               ('cancelled', 'cancelled')) end`,
  },
  {
    id: 'A3',
    name: 'an order stands where its last step led',
    sql: `select o.id, o.phase, o.version from orders o
          where not exists (select 1 from order_history h
            where h.order_id = o.id and h.version = o.version and h.to_phase = o.phase)
             or exists (select 1 from order_history h where h.order_id = o.id and h.version > o.version)`,
  },
  {
    id: 'A8',
    name: 'the total of an order is the sum of its lines and adjustments',
    sql: `select o.id, o.total_amount from orders o where o.total_amount is not null and o.total_amount <> (
            select sum((line ->> 'quantity')::bigint * (line ->> 'unitAmount')::bigint)
            from json_array_elements(o.lines) line)
            + coalesce((select sum((one ->> 'amount')::bigint) from json_array_elements(o.adjustments) one), 0)`,
  },
  {
    id: 'A8',
    name: 'no more leaves than was ordered, and no more comes back than has left',
    sql: `select o.id, line from orders o, json_array_elements(o.lines) line,
            lateral (select (line ->> 'quantity')::int as ordered,
              coalesce((line ->> 'fulfilledQuantity')::int, 0) as fulfilled,
              coalesce((line ->> 'cancelledQuantity')::int, 0) as cancelled,
              coalesce((line ->> 'returnedQuantity')::int, 0) as returned) q
          where fulfilled + cancelled > ordered or returned > fulfilled or least(fulfilled, cancelled, returned) < 0
             or (o.phase = 'fulfilled' and fulfilled + cancelled <> ordered)`,
  },
  {
    id: 'A9',
    name: 'every order was placed with one key of its own, and every key led to an order',
    sql: `select coalesce(o.id, k.order_id) as id from orders o full join idempotency_keys k on k.order_id = o.id
          group by o.id, k.order_id having o.id is null or count(k.key) filter (where k.payment_id is null and k.answer is null) <> 1`,
  },
  {
    id: 'Q1',
    name: 'no order waits past its deadline',
    sql: `select id, phase, deadline_at from orders where deadline_at < now() - interval '5 seconds'
          or phase in ('reserving', 'charging', 'paying', 'changing')`,
  },
  { id: 'Q2', name: 'the outbox is drained', sql: 'select id, type from outbox' },
];
