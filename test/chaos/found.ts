import { type ServiceName } from '#contracts';
import { idempotencyOf } from '../../apps/gateway/src/http/idempotency.js';
import { type Attempt, type Deed } from './journal.js';
import { type Found } from './verdict.js';

/** A look into the books of a service. */
export interface Looking {
  rows<T extends object>(service: ServiceName, sql: string, values?: unknown[]): Promise<T[]>;
}

interface Row {
  readonly ref: string;
  readonly id: string;
}

/** Where in the books that is which was asked for, with the word that its client gave it: a name, and how much of what. $1 are the words of what was acknowledged. */
const WHERE: Readonly<Record<Deed, readonly [ServiceName, string]>> = {
  // With the lines as they were before the first change.
  place: [
    'order',
    `select coalesce(metadata ->> 'ref', 'no key') || ' ' || ${wordsOf('first')} as ref, id from (
       select id, metadata, coalesce((
           select detail -> 'was' -> 'lines' from order_history
           where order_id = id and cause = 'stock.changed.v1' order by order_history.version limit 1
         ), lines) as first
       from orders
     ) as placed`,
  ],
  fulfil: [
    'order',
    `select (shipment ->> 'trackingNumber') || ' ' || order_id || ' ' || coalesce(${wordsOf("shipment -> 'lines'")}, 'all') as ref,
       order_id as id
     from (select order_id, detail -> 'shipment' as shipment from order_history) as shipped
     where shipment ->> 'trackingNumber' is not null
     union all ${unexplained('fulfilledQuantity', 'shipment')}`,
  ],
  refund: [
    'payment',
    `select reason || ' ' || payment_id || ' ' || amount as ref, id from refunds where key is not null`,
  ],
  return: [
    'order',
    `select concat_ws(' ', back ->> 'reason', order_id, ${wordsOf("back -> 'lines'")},
       case when (back ->> 'restock')::boolean then 'back' else 'away' end) as ref, back ->> 'id' as id
     from (select order_id, detail -> 'return' as back from order_history where cause = 'order.return.v1') as returned
     union all ${unexplained('returnedQuantity', 'return')}`,
  ],
  // The version that asked, and the lines from then on: those that the next change has replaced, or those of today.
  change: [
    'order',
    `select order_id || '@' || asked - 1 || ' ' || words as ref, version || ' ' || words as id from (
       select h.order_id, h.version, (
           select max(version) from order_history a
           where a.order_id = h.order_id and a.version < h.version and a.cause = 'order.change.v1'
         ) as asked, ${wordsOf('h.lines')} as words
       from (
         select h.*, coalesce(lead(h.detail -> 'was' -> 'lines') over (partition by id order by h.version), lines) as lines
         from order_history h join orders on id = order_id where cause = 'stock.changed.v1'
       ) as h
     ) as changes`,
  ],
  receive: ['stock', movements('received')],
  transfer: ['stock', movements('transferred')],
  // These bear no word: there is known whether what was acknowledged is so, and what else a client has caused.
  cancel: [
    'order',
    `select id as ref, id from orders where id = any($1) and (phase = 'cancelled' or exists (
       select 1 from json_array_elements(lines) as line where line ->> 'cancelledQuantity' is not null))`,
  ],
  capture: [
    'payment',
    `select ref, ref as id from (
       select payment_id, payment_id || ' ' || amount as ref from ledger_transfers where operation = 'capture') as taken
     where ref = any($1) or ${isCausedBy('payment.capture.v1')}`,
  ],
  void: [
    'payment',
    `select payment_id as ref, payment_id || ' ' || status as id from (select id as payment_id, status from payments) as ended
     where status in ('voided', 'expired') and (payment_id = any($1) or ${isCausedBy('payment.void.v1')})`,
  ],
  // That no order is paid twice is what the invariants see to.
  pay: ['payment', 'select id as ref, id from payments where id = any($1)'],
};

/** As words.ts writes lines. */
function wordsOf(lines: string): string {
  return `(select string_agg(line ->> 'sku' || '×' || (line ->> 'quantity'), ',' order by line ->> 'sku' collate "C")
    from json_array_elements(${lines}) as line)`;
}

/** Lines of which an order says otherwise than its shipments (one without lines takes all), or than its returns. */
function unexplained(quantity: string, of: 'shipment' | 'return'): string {
  const lines = `detail -> '${of}' -> 'lines'`;
  return `select id || ' ' || sku || '×' || said || ' ${quantity}' as ref, id from (
      select orders.id, line ->> 'sku' as sku, coalesce((line ->> '${quantity}')::int, 0) as said, (
          select case when bool_or(${lines} is null) then (line ->> 'quantity')::int else
            coalesce(sum((select (part ->> 'quantity')::int from json_array_elements(${lines}) as part
              where part ->> 'sku' = line ->> 'sku')), 0) end
          from order_history where order_id = orders.id and detail -> '${of}' is not null
        ) as told
      from orders, json_array_elements(lines) as line
    ) as counted where said <> told`;
}

/** A movement bears the key that its client gave it if it is the one that the key was answered with. */
function movements(kind: string): string {
  return `select coalesce(key::text, 'no key') || ' ' || sku || ' ' || coalesce((
        select string_agg(location || ':' || l.on_hand_delta, ',' order by location)
        from location_movements as l where l.sku = m.sku and l.seq = m.seq
      ), 'main:' || on_hand_delta) as ref, sku || '@' || seq as id
    from movements as m
    left join adjustments on level ->> 'sku' = sku and (level ->> 'version')::bigint = seq where kind = '${kind}'`;
}

function isCausedBy(cause: string): string {
  return `payment_id in (select payment_id from payment_history where cause = '${cause}')`;
}

export async function foundIn(books: Looking, deed: Deed, attempts: readonly Attempt[]): Promise<Found> {
  const [service, sql] = WHERE[deed];
  const refs = new Map(attempts.map((attempt) => [wordOf(attempt), attempt.ref]));
  const acknowledged = attempts.filter(({ id }) => id !== undefined).map(wordOf);
  const rows = await books.rows<Row>(service, sql, sql.includes('$1') ? [acknowledged] : []);
  const byRef = Map.groupBy(rows, ({ ref }) => refs.get(ref) ?? ref);
  return new Map([...byRef].map(([ref, found]) => [ref, found.map(({ id }) => id)]));
}

/** Of the rig's client. */
const CALLER = 'test';
const ROUTES: Readonly<Partial<Record<Deed, string>>> = {
  receive: 'POST /v1/stock/:sku/adjustments',
  transfer: 'POST /v1/stock/:sku/transfers',
};

/** What the books call an attempt: a payment by its own id, movements by a hash of their key. */
function wordOf({ deed, ref, id }: Attempt): string {
  if (deed === 'pay') return id ?? ref;
  const route = ROUTES[deed];
  if (!route) return ref;
  const [key = '', ...moves] = ref.split(' ');
  return [idempotencyOf(key, { caller: CALLER, route, path: '', body: {} }).key, ...moves].join(' ');
}
