import { type ServiceName } from '#contracts';
import { type Database } from '#persistence';
import { type TestDatabase, testDatabase } from '#testing';
import { type Entry } from '../../apps/payment/src/sandbox/ledger-file.client.js';
import { acrossInvariants, crossServiceViolations } from './across.js';
import { providerViolations } from './provider.js';

type Querying = Pick<Database, 'query'>;
type All<T> = Readonly<Record<ServiceName, T>>;

let databases: All<TestDatabase>;

beforeAll(async () => {
  const [order, payment, stock] = await Promise.all([
    testDatabase('order'),
    testDatabase('payment'),
    testDatabase('stock'),
  ]);
  databases = { order, payment, stock };
  for (const service of ['order', 'payment', 'stock'] as const) {
    await databases[service].database.query(SOUND[service]);
  }
  await payment.database.query(
    `insert into ledger_transfers values ('pay_1', 'capture', 'provider_clearing', 'sales', 500, 'EUR', now(), 'capture')`,
  );
});
afterAll(() => Promise.all(Object.values(databases ?? {}).map(({ drop }) => drop())));

/** One confirmed and paid, one confirmed and authorized, one that awaits payment, one that was declined. */
const SOUND: All<string> = {
  order: `
    insert into orders (id, phase, version, customer_id, currency, lines, total_amount, metadata, payment, money_returned,
      reason, expires_at, created_at, updated_at)
    select id, phase, 1, 'cus_1', 'EUR', '[{"sku": "tea", "quantity": 2}]', 500, '{}', payment::json, false, reason::json,
      now(), now(), now()
    from (values
      ('ord_1', 'confirmed', '{"id": "pay_1"}', null), ('ord_2', 'confirmed', '{"id": "pay_2"}', null),
      ('ord_3', 'awaiting_payment', null, null),
      ('ord_4', 'cancelled', '{"id": "pay_4"}', '{"code": "payment_declined"}')) as o(id, phase, payment, reason)`,
  payment: `
    insert into payments (id, order_id, version, status, amount, currency, method, capture, authorized_amount,
      captured_amount, refunded_amount, attempts, created_at, updated_at)
    select id, order_id, 1, status, 500, 'EUR', 'tok_visa', capture, authorized, captured, 0, 0, now(), now()
    from (values
      ('pay_1', 'ord_1', 'captured', 'automatic', 500, 500), ('pay_2', 'ord_2', 'authorized', 'manual', 500, 0),
      ('pay_4', 'ord_4', 'declined', 'automatic', 0, 0)) as p(id, order_id, status, capture, authorized, captured)`,
  stock: `
    insert into reservations (order_id, status, lines, expires_at, version)
    select id, status, '[{"sku": "tea", "quantity": 2}]', now() + interval '1 hour', 1
    from (values ('ord_1', 'committed'), ('ord_2', 'committed'), ('ord_3', 'held'), ('ord_4', 'released')) as r(id, status)`,
};

/** The ways in which each invariant is broken. */
const BREAKS: readonly (readonly [name: string, service: ServiceName, statement: string])[] = [
  [
    'a confirmed order has exactly one payment that stands, the one it names',
    'payment',
    `update payments set status = 'expired' where id = 'pay_2'`,
  ],
  [
    'a confirmed order has exactly one payment that stands, the one it names',
    'payment',
    `update payments set status = 'declined' where id = 'pay_1'`,
  ],
  [
    'a confirmed order has exactly one payment that stands, the one it names',
    'payment',
    `update payments set order_id = 'ord_1' where id = 'pay_2'`,
  ],
  [
    'a confirmed order has exactly one payment that stands, the one it names',
    'order',
    `update orders set payment = '{"id": "pay_9"}' where id = 'ord_1'`,
  ],
  [
    'the payment of a confirmed order is of its total, and captured unless that is for later',
    'payment',
    `update payments set captured_amount = 499 where id = 'pay_1'`,
  ],
  [
    'the payment of a confirmed order is of its total, and captured unless that is for later',
    'order',
    `update orders set total_amount = 501 where id = 'ord_2'`,
  ],
  [
    'the payment of a confirmed order is of its total, and captured unless that is for later',
    'order',
    `update orders set currency = 'USD' where id = 'ord_1'`,
  ],
  [
    'what has left is paid for, or the order says that its money is gone',
    'order',
    `update orders set lines = '[{"sku": "tea", "quantity": 2, "fulfilledQuantity": 1}]' where id = 'ord_2'`,
  ],
  [
    'what is cancelled or has come back of an order is refunded, as far as its payment has it',
    'order',
    `update orders set lines = '[{"sku": "tea", "quantity": 2, "unitAmount": 250, "fulfilledQuantity": 1, "returnedQuantity": 1}]'
     where id = 'ord_1'`,
  ],
  [
    'what is cancelled or has come back of an order is refunded, as far as its payment has it',
    'payment',
    `insert into refunds (id, payment_id, version, status, amount, currency, payment_version, attempts, created_at, updated_at)
     values ('ref_1', 'pay_1', 2, 'succeeded', 250, 'EUR', 2, 0, now(), now())`,
  ],
  [
    'what is cancelled of a confirmed order, or has come back to be sold again, is in the stock',
    'order',
    `update orders set lines = '[{"sku": "tea", "quantity": 2, "unitAmount": 250, "fulfilledQuantity": 1, "cancelledQuantity": 1}]'
     where id = 'ord_1'`,
  ],
  [
    'what is cancelled of a confirmed order, or has come back to be sold again, is in the stock',
    'stock',
    `update reservations set lines = '[{"sku": "tea", "quantity": 2, "returns": [{"id": "ret_1", "quantity": 1}]}]'
     where order_id = 'ord_1'`,
  ],
  [
    'a confirmed order has its stock committed, line by line',
    'stock',
    `update reservations set status = 'held' where order_id = 'ord_1'`,
  ],
  [
    'a confirmed order has its stock committed, line by line',
    'stock',
    `update reservations set lines = '[{"sku": "tea", "quantity": 1}]' where order_id = 'ord_1'`,
  ],
  [
    'a confirmed order has its stock committed, line by line',
    'stock',
    `delete from reservations where order_id = 'ord_1'`,
  ],
  [
    'an order that is not confirmed has no money kept',
    'order',
    `update orders set phase = 'cancelled', reason = '{"code": "timed_out"}' where id = 'ord_1'`,
  ],
  [
    'an order that is not confirmed has no money kept',
    'order',
    `update orders set phase = 'awaiting_payment' where id = 'ord_2'`,
  ],
  [
    'an order that awaits payment has its stock held, line by line',
    'stock',
    `update reservations set status = 'released' where order_id = 'ord_3'`,
  ],
  [
    'an order that ended early has no stock held or taken',
    'stock',
    `update reservations set status = 'held' where order_id = 'ord_4'`,
  ],
  [
    'an order that ended early has no stock held or taken',
    'stock',
    `update reservations set status = 'committed' where order_id = 'ord_4'`,
  ],
  ['no payment and no reservation is without its order', 'order', `delete from orders where id = 'ord_4'`],
];

/** Runs a statement, looks, and takes the statement back. */
async function having(service: ServiceName, statement: string, look: (all: All<Querying>) => Promise<void>) {
  const undo = new Error('undo');
  const attempt = databases[service].database.transaction(async (tx) => {
    await tx.query(statement);
    const { order, payment, stock } = databases;
    const all = { order: order.database, payment: payment.database, stock: stock.database };
    await look({ ...all, [service]: tx });
    throw undo;
  });
  await expect(attempt).rejects.toBe(undo);
}

const nothing = 'select 1';

it('finds nothing where nothing is wrong', () =>
  having('order', nothing, async (all) => expect(await crossServiceViolations(all)).toEqual([])));

it.each(BREAKS)('finds a violation of "%s" in %s: %s', (name, service, statement) =>
  having(service, statement, async (all) =>
    expect((await crossServiceViolations(all)).join('\n')).toContain(name),
  ),
);

it('has a planted violation for every invariant', () => {
  expect(new Set(BREAKS.map(([name]) => name))).toEqual(new Set(acrossInvariants.map(({ name }) => name)));
});

describe('the ledger of the provider', () => {
  const entry = (paymentId: string, operation: Entry['operation'], more: Partial<Entry> = {}): Entry => ({
    key: `${paymentId}:${operation}`,
    operation,
    paymentId,
    outcome: 'ok',
    chargeId: 'ch_1',
    amount: 500,
    currency: 'EUR',
    method: 'tok_visa',
    at: '2026-11-23T10:00:00.000Z',
    ...more,
  });
  const SAME = [entry('pay_1', 'capture'), entry('pay_2', 'authorize')];

  it('may equal ours', () =>
    having('payment', nothing, async ({ payment }) =>
      expect(await providerViolations(payment, SAME)).toEqual([]),
    ));

  it.each<[string, readonly Entry[]]>([
    ['lacks a capture', SAME.slice(1)],
    ['has one more', [...SAME, entry('pay_9', 'capture')]],
    ['has another amount', [entry('pay_1', 'capture', { amount: 499 }), ...SAME.slice(1)]],
    ['has carried out a key twice', [...SAME, entry('pay_1', 'capture')]],
    ['has captured twice with two keys', [...SAME, entry('pay_1', 'capture', { key: 'pay_1:again' })]],
  ])('is seen to differ when it %s', (_, entries) =>
    having('payment', nothing, async ({ payment }) =>
      expect(await providerViolations(payment, entries)).not.toEqual([]),
    ),
  );

  it('is seen to differ when it has done what our books forgot', () =>
    having('payment', `delete from ledger_transfers`, async ({ payment }) =>
      expect(await providerViolations(payment, SAME)).not.toEqual([]),
    ));
});
