import { type Database } from '#persistence';
import { stockInvariants } from '../src/invariants.store.js';
import { stockDatabase, violations } from './stock-database.js';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database, drop } = await stockDatabase());
  for (const statement of SOUND) await database.query(statement);
});
afterAll(() => drop());

/** Ten of another, six of them taken north, of which one is held and five are lost. */
const LOCATED = [
  `insert into locations values ('north', 'North')`,
  `insert into products
     (sku, name, price_amount, price_currency, active, on_hand, reserved, version, created_at, updated_at, locations)
   values ('cup', 'Cup', 250, 'EUR', true, 5, 3, 7, now(), now(),
     '[{"location": "main", "onHand": 4, "reserved": 2}, {"location": "north", "onHand": 1, "reserved": 1}]')`,
  `insert into reservations values ('ord_4', 'held', '[{"sku": "cup", "quantity": 3, "from":
     [{"location": "main", "quantity": 2}, {"location": "north", "quantity": 1}]}]', now() + interval '15 minutes', 1)`,
  `insert into movements (sku, seq, kind, on_hand_delta, reserved_delta, order_id, message_id) values
     ('cup', 2, 'received', 10, 0, null, 'msg_1'),
     ('cup', 3, 'transferred', 0, 0, null, 'msg_6'),
     ('cup', 6, 'reserved', 0, 3, 'ord_4', 'msg_7'),
     ('cup', 7, 'damaged', -5, 0, null, 'msg_8')`,
  `insert into location_movements values
     ('cup', 3, 'main', -6, 0), ('cup', 3, 'north', 6, 0),
     ('cup', 6, 'main', 0, 2), ('cup', 6, 'north', 0, 1),
     ('cup', 7, 'north', -5, 0)`,
];

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
  ...LOCATED,
];

/** How each invariant is broken. What no statement can break, because a CHECK stands before it, drops that first. */
const BREAKS: Readonly<Record<string, string>> = {
  'every level is the sum of its movements': `update products set on_hand = 8 where sku = 'tea'`,
  'what is reserved is what the held reservations hold': `update reservations set status = 'expired' where order_id = 'ord_1'`,
  'every movement belongs to a product, and is not newer than its row': `update products set version = 4 where sku = 'tea'`,
  'nothing is oversold': `alter table products drop constraint products_not_oversold; update products set on_hand = 1 where sku = 'tea'`,
  'no level was ever oversold, movement by movement': `update movements set seq = 9 where seq = 2 and sku = 'tea'`,
  'every line of an order moved as the one status of its reservation says': `update reservations set status = 'released' where order_id = 'ord_2'`,
  'a reservation is committed at most once': `insert into movements values ('tea', 6, 'committed', 0, 0, 'ord_2', 'msg_5', now())`,
  'no line gives back more than it has, nor twice for one return': `update reservations
     set lines = '[{"sku": "tea", "quantity": 3, "returns": [{"id": "ret_1", "quantity": 4}]}]' where order_id = 'ord_2'`,
  'the price of a product is the last one that was kept': `insert into product_prices values ('tea', 5, 'EUR', 251, now(), null)`,
  'an import has every chunk that it counts': `insert into imports (id, key, format, header, chunks) values ('imp_1', gen_random_uuid(), 'ndjson', '', 1)`,
  'no hold outlives its end by more than a minute and a half': `update reservations set expires_at = now() - interval '91 seconds' where order_id = 'ord_1'`,
  'the levels of the locations of a SKU add up to its level': `alter table products drop constraint products_locations_add_up; update products set on_hand = 6 where sku = 'cup'`,
  'every level of a location is the sum of its movements': `update products set locations =
     '[{"location": "main", "onHand": 3, "reserved": 2}, {"location": "north", "onHand": 2, "reserved": 1}]' where sku = 'cup'`,
  'what a movement did in locations adds up to the movement': `delete from location_movements where seq = 6 and location = 'north'`,
  'what is reserved in a location is what the held reservations hold there': `update reservations
     set lines = '[{"sku": "cup", "quantity": 3}]' where order_id = 'ord_4'`,
  'nothing is oversold in any location': `alter table products drop constraint products_locations_add_up; update products set locations =
     '[{"location": "main", "onHand": 1, "reserved": 2}, {"location": "north", "onHand": 4, "reserved": 1}]' where sku = 'cup'`,
  'no location was ever oversold, movement by movement': `update location_movements set seq = 8 where seq = 3`,
  'the parts of a line add up to it': `update reservations set lines = jsonb_set(lines, '{0,from,0,quantity}', '1') where order_id = 'ord_4'`,
  'stock lies only in locations that there are': `delete from locations where id = 'north'`,
  'a message moves a SKU at most once': `update movements set message_id = 'msg_1' where seq = 3 and sku = 'tea'`,
};

it('finds nothing where nothing is wrong', async () => {
  expect(await violations(database)).toEqual([]);
});

it('stops an oversold level before any invariant has to find it', async () => {
  for (const sku of ['tea', 'cup']) {
    const sold = database.query('update products set on_hand = 1 where sku = $1', [sku]);
    await expect(sold).rejects.toMatchObject({ code: '23514' });
  }
});

it('stops locations that do not add up before any invariant has to find them', async () => {
  for (const locations of ['[]', '[{"location": "main", "onHand": 5, "reserved": 2}]']) {
    const off = database.query(`update products set locations = $1 where sku = 'cup'`, [locations]);
    await expect(off).rejects.toMatchObject({ code: '23514' });
  }
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
