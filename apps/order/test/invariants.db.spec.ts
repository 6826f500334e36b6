import { type TestDatabase, testDatabase } from '#testing';
import { orderInvariants } from '../src/invariants.store.js';

let testing: TestDatabase;

beforeAll(async () => {
  testing = await testDatabase('order');
  for (const statement of SOUND) await testing.database.query(statement);
});
afterAll(() => testing?.drop());

/** One confirmed, one that awaits payment, one that was rejected. */
const SOUND = [
  `insert into orders (id, phase, version, customer_id, currency, lines, total_amount, metadata, payment, money_returned,
     reason, expires_at, deadline_at, created_at, updated_at) values
     ('ord_1', 'confirmed', 3, 'cus_1', 'EUR', '[{"sku": "tea", "quantity": 2, "unitAmount": 250}]', 500, '{}',
       '{"id": "pay_1"}', false, null, null, null, now(), now()),
     ('ord_2', 'awaiting_payment', 2, 'cus_1', 'EUR', '[{"sku": "tea", "quantity": 1, "unitAmount": 250}]', 250, '{}',
       null, false, null, now() + interval '1 hour', now() + interval '1 hour', now(), now()),
     ('ord_3', 'rejected', 2, 'cus_1', 'EUR', '[{"sku": "tea", "quantity": 9, "unitAmount": null}]', null, '{}',
       null, false, '{"code": "out_of_stock"}', null, null, now(), now())`,
  `insert into order_history (order_id, version, from_phase, to_phase, at, cause, source, message_id, request_id, trace_id)
   select o, v, f, t, now(), 'cause', 'source', 'msg_1', 'req_1', 'trace' from (values
     ('ord_1', 1, null, 'reserving'), ('ord_1', 2, 'reserving', 'charging'), ('ord_1', 3, 'charging', 'confirmed'),
     ('ord_2', 1, null, 'reserving'), ('ord_2', 2, 'reserving', 'awaiting_payment'),
     ('ord_3', 1, null, 'reserving'), ('ord_3', 2, 'reserving', 'rejected')) as h(o, v, f, t)`,
  `insert into idempotency_keys (key, fingerprint, order_id, payment_id, created_at)
   select gen_random_uuid(), gen_random_uuid(), o, p, now() from (values
     ('ord_1', null), ('ord_2', null), ('ord_2', 'pay_2'), ('ord_3', null)) as k(o, p)`,
];

/** How each invariant is broken. */
const BREAKS: Readonly<Record<string, string>> = {
  'an order took only legal steps, one version at a time': `
    update order_history set to_phase = 'confirmed' where order_id = 'ord_3' and version = 2`,
  'an order stands where its last step led': `update orders set version = 4 where id = 'ord_1'`,
  'the total of an order is the sum of its lines and adjustments': `
    update orders set adjustments = '[{"kind": "tax", "name": "VAT", "amount": 1}]' where id = 'ord_1'`,
  'no more leaves than was ordered, and no more comes back than has left': `
    update orders set lines = '[{"sku": "tea", "quantity": 2, "unitAmount": 250, "fulfilledQuantity": 1, "returnedQuantity": 2}]'
    where id = 'ord_1'`,
  'every order was placed with one key of its own, and every key led to an order': `
    delete from idempotency_keys where order_id = 'ord_2' and payment_id is null`,
  'no order waits past its deadline': `update orders set deadline_at = now() - interval '6 seconds' where id = 'ord_2'`,
  'the outbox is drained': `
    insert into outbox (id, exchange, routing_key, type, mandatory, body) values ('msg_1', 'x', 'y', 'z', true, '[]')`,
};

async function violations(db: Pick<TestDatabase['database'], 'query'>): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, sql } of orderInvariants) {
    if ((await db.query(sql)).rows.length > 0) broken.push(name);
  }
  return broken;
}

it('finds nothing where nothing is wrong', async () => {
  expect(await violations(testing.database)).toEqual([]);
});

it.each(orderInvariants.map(({ id, name }) => [id, name]))('finds a violation of %s: %s', async (_, name) => {
  const undo = new Error('undo');
  const attempt = testing.database.transaction(async (tx) => {
    await tx.query(BREAKS[name] as string);
    expect(await violations(tx)).toContain(name);
    throw undo;
  });
  await expect(attempt).rejects.toBe(undo);
});

it.each([
  [
    'a step that skips a version',
    `update order_history set version = 9 where order_id = 'ord_1' and version = 3`,
  ],
  [
    'a step that follows another one',
    `update order_history set from_phase = 'paying' where order_id = 'ord_1' and version = 3`,
  ],
  [
    'a first step from somewhere',
    `update order_history set from_phase = 'reserving' where order_id = 'ord_1' and version = 1`,
  ],
])('finds %s', async (_, statement) => {
  const undo = new Error('undo');
  const attempt = testing.database.transaction(async (tx) => {
    await tx.query(statement);
    expect(await violations(tx)).toContain('an order took only legal steps, one version at a time');
    throw undo;
  });
  await expect(attempt).rejects.toBe(undo);
});
