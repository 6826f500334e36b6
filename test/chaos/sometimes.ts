import { type ServiceName } from '#contracts';
import { type Books } from '../e2e/books.js';

/** What must have happened at some time, or what was meant to be tested was not. Of which service, in words, and from which rows. */
const SOMETIMES: readonly (readonly [ServiceName, string, string])[] = [
  ['order', 'a change that the stock refused', `order_history where cause = 'stock.change_refused.v1'`],
  [
    'order',
    'a change under way when its order ended',
    `order_history where from_phase = 'changing' and to_phase = 'cancelled'`,
  ],
  [
    'order',
    'a rest that was cancelled',
    `orders, json_array_elements(lines) as line where line ->> 'cancelledQuantity' is not null`,
  ],
  [
    'order',
    'an order without its money when its goods had left',
    `orders where reason ->> 'code' = 'payment_returned'`,
  ],
  [
    'payment',
    'a capture of a part',
    `payments where capture = 'manual' and captured_amount between 1 and authorized_amount - 1`,
  ],
  [
    'payment',
    'a capture that a cancel overtook',
    `payment_history where from_status = 'capturing' and to_status = 'recalling'`,
  ],
  [
    'payment',
    'a refund that waited for the capture',
    `payment_history where detail ->> 'waiting' is not null`,
  ],
  [
    'stock',
    'a line from several places',
    `reservations, jsonb_array_elements(lines) as line where jsonb_array_length(line -> 'from') > 1`,
  ],
  [
    'stock',
    'a hold that was changed in several places',
    `reservations, jsonb_array_elements(lines) as line where change > 0 and jsonb_array_length(line -> 'from') > 1`,
  ],
  [
    'stock',
    'goods taken after their hold had run out',
    `movements where kind = 'committed' and reserved_delta = 0`,
  ],
];

/** How often each of them has happened. */
export async function happenedIn(books: Books): Promise<Readonly<Record<string, number>>> {
  const counts = SOMETIMES.map(async ([service, what, from]) => {
    const [row] = await books.rows<{ count: number }>(service, `select count(*)::int as count from ${from}`);
    return [what, row?.count ?? 0] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}
