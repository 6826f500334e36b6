import { type Database } from '#persistence';
import { stockInvariants } from '../../../test/invariants/stock.js';
import { stockDatabase, violations } from './stock-database.js';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database, drop } = await stockDatabase());
  for (const statement of SOUND) await database.query(statement);
});
afterAll(() => drop());

/** Ten of one SKU: two held, three sold, one order that was refused. */
const SOUND = [
  `insert into products values ('tea', 'Tea', 250, 'EUR', true, 7, 2, 5, now(), now())`,
  `insert into reservations values
     ('ord_1', 'held', '[{"sku": "tea", "quantity": 2}]', now() + interval '15 minutes', 1),
     ('ord_2', 'committed', '[{"sku": "tea", "quantity": 3}]', now() - interval '1 day', 2),
     ('ord_3', 'rejected', '[]', null, 1)`,
  `insert into movements (sku, seq, kind, on_hand_delta, reserved_delta, order_id, message_id) values
     ('tea', 2, 'received', 10, 0, null, 'msg_1'),
     ('tea', 3, 'reserved', 0, 3, 'ord_2', 'msg_2'),
     ('tea', 4, 'committed', -3, -3, 'ord_2', 'msg_3'),
     ('tea', 5, 'reserved', 0, 2, 'ord_1', 'msg_4')`,
];

/** How each invariant is broken. What no statement can break, because a CHECK stands before it, drops that first. */
const BREAKS: Readonly<Record<string, string>> = {
  'every level is the sum of its movements': `update products set on_hand = 8`,
  'what is reserved is what the held reservations hold': `update reservations set status = 'expired' where order_id = 'ord_1'`,
  'every movement belongs to a product, and is not newer than its row': `update products set version = 4`,
  'nothing is oversold': `alter table products drop constraint products_not_oversold; update products set on_hand = 1`,
  'no level was ever oversold, movement by movement': `update movements set seq = 9 where seq = 2`,
  'every line of an order moved as the one status of its reservation says': `update reservations set status = 'released' where order_id = 'ord_2'`,
  'a reservation is held, released and committed at most once each': `insert into movements values ('tea', 6, 'committed', 0, 0, 'ord_2', 'msg_5', now())`,
  'the price of a product is the last one that was kept': `insert into product_prices values ('tea', 5, 'EUR', 251, now(), null)`,
  'an import has every chunk that it counts': `insert into imports (id, key, format, header, chunks) values ('imp_1', gen_random_uuid(), 'ndjson', '', 1)`,
  'no hold outlives its end by more than a minute and a half': `update reservations set expires_at = now() - interval '91 seconds' where order_id = 'ord_1'`,
  'a message moves a SKU at most once': `update movements set message_id = 'msg_1' where seq = 3`,
};

it('finds nothing where nothing is wrong', async () => {
  expect(await violations(database)).toEqual([]);
});

it('stops an oversold level before any invariant has to find it', async () => {
  await expect(database.query('update products set on_hand = 1')).rejects.toMatchObject({ code: '23514' });
});

it.each(stockInvariants.map(({ id, name }) => [id, name]))('finds a violation of %s: %s', async (_, name) => {
  const undo = new Error('undo');
  const attempt = database.transaction(async (tx) => {
    await tx.query(BREAKS[name] as string);
    expect(await violations(tx)).toContain(name);
    throw undo;
  });
  await expect(attempt).rejects.toBe(undo);
});
