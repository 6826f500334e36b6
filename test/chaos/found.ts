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

/** Where in the books that is which was asked for, with the word that its client gave it; $1 are the words of what was acknowledged. */
const WHERE: Readonly<Record<Deed, readonly [ServiceName, string]>> = {
  place: ['order', `select metadata ->> 'ref' as ref, id from orders`],
  fulfil: [
    'order',
    `select detail -> 'shipment' ->> 'trackingNumber' as ref, order_id as id from order_history
     where detail -> 'shipment' ->> 'trackingNumber' is not null`,
  ],
  refund: ['payment', `select reason as ref, id from refunds where key is not null`],
  return: [
    'order',
    `select detail -> 'return' ->> 'reason' as ref, detail -> 'return' ->> 'id' as id from order_history
     where cause = 'order.return.v1'`,
  ],
  // The version that asked, and the lines from then on: those that the next change has replaced, or those of today.
  change: [
    'order',
    `select order_id || '@' || asked - 1 || ' ' || words as ref, version || ' ' || words as id from (
       select h.order_id, h.version, (
           select max(version) from order_history a
           where a.order_id = h.order_id and a.version < h.version and a.cause = 'order.change.v1'
         ) as asked, (
           select string_agg(line ->> 'sku' || '×' || (line ->> 'quantity'), ',' order by line ->> 'sku' collate "C")
           from json_array_elements(h.lines) as line
         ) as words
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

/** A movement bears the key that its client gave it if it is the one that the key was answered with. */
function movements(kind: string): string {
  return `select coalesce(key::text, 'no key') as ref, sku || '@' || seq as id from movements
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
  return route ? idempotencyOf(ref, { caller: CALLER, route, path: '', body: {} }).key : ref;
}
