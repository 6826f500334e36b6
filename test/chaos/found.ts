import { type Books } from '../e2e/books.js';
import { type Attempt, type Deed } from './journal.js';
import { type Found } from './verdict.js';

interface Row {
  readonly ref: string;
  readonly id: string;
}

/** Where in the books that which was asked for bears the word that its client gave it. */
const NAMED = {
  place: ['order', `select metadata ->> 'ref' as ref, id from orders`],
  fulfil: [
    'order',
    `select detail -> 'shipment' ->> 'trackingNumber' as ref, order_id as id from order_history
     where detail -> 'shipment' ->> 'trackingNumber' is not null`,
  ],
  refund: ['payment', `select reason as ref, id from refunds where key is not null`],
} as const;

/**
 * A cancel and a payment bear no word of their client: there is known only whether what was acknowledged is so. That no
 * order is paid twice is what the invariants see to.
 */
const KNOWN = {
  cancel: ['order', `select id, id as ref from orders where phase = 'cancelled' and id = any($1)`],
  pay: ['payment', 'select id, id as ref from payments where id = any($1)'],
} as const;

export async function foundIn(books: Books, deed: Deed, attempts: readonly Attempt[]): Promise<Found> {
  if (deed === 'cancel' || deed === 'pay') return acknowledged(books, deed, attempts);
  const [service, sql] = NAMED[deed];
  const rows = await books.rows<Row>(service, sql);
  const byRef = Map.groupBy(rows, ({ ref }) => ref);
  return new Map([...byRef].map(([ref, found]) => [ref, found.map(({ id }) => id)]));
}

async function acknowledged(
  books: Books,
  deed: keyof typeof KNOWN,
  attempts: readonly Attempt[],
): Promise<Found> {
  const told = attempts.flatMap(({ ref, id }) => (id === undefined ? [] : [[ref, id] as const]));
  const [service, sql] = KNOWN[deed];
  const rows = await books.rows<Row>(service, sql, [told.map(([, id]) => id)]);
  const ids = new Set(rows.map(({ id }) => id));
  return new Map(told.filter(([, id]) => ids.has(id)).map(([ref, id]) => [ref, [id]]));
}
