import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { newId, type OrderPlacement, type OrderView } from '#contracts';
import { type Outcome } from '#messaging';
import { type Database } from '#persistence';
import { type TestDatabase, testDatabase } from '#testing';
import { tellOverdue } from '../src/deadlines.worker.js';
import { orderInvariants } from '../src/invariants.store.js';
import { type Order } from '../src/order.js';
import { loadOrders, saveOrders } from '../src/order.store.js';
import { answerOf, captured, message, type Placed, placement, Replica, reserved } from './replica.js';

let testing: TestDatabase;
let database: Database;

beforeAll(async () => {
  testing = await testDatabase('order');
  database = testing.database;
});
afterAll(() => testing?.drop());

const viewIn = (outcome: Outcome | undefined): OrderPlacement => {
  if (!outcome || !('ok' in outcome)) throw new Error(`not ok: ${inspect(outcome)}`);
  return outcome.ok as OrderPlacement;
};
const codeIn = (outcome: Outcome | undefined): string =>
  outcome && 'refused' in outcome ? outcome.refused.code : 'not refused';

async function viewOf(replica: Replica, orderId: string): Promise<OrderView> {
  const [outcome] = await replica.handlers.get([message('order.get.v1' as never, { orderId }) as never]);
  if (!outcome || !('ok' in outcome)) throw new Error('no such order');
  return outcome.ok as OrderView;
}

async function violations(): Promise<string[]> {
  const broken: string[] = [];
  for (const { id, name, sql } of orderInvariants) {
    if (id.startsWith('A') && (await database.query(sql)).rows.length > 0) broken.push(name);
  }
  return broken;
}

/** Placed, reserved and paid by one replica. */
async function confirmed(replica: Replica, placed: Placed = placement()): Promise<Placed> {
  await replica.handlers.place([placed.placement]);
  await replica.loop.settle([reserved(placed.orderId)]);
  await replica.loop.settle([captured(placed)]);
  return placed;
}

test('keeps an order as it was decided, step by step, and gives it back as clients see it', async () => {
  const replica = new Replica(database);
  const { orderId, paymentId } = await confirmed(replica);
  expect(await viewOf(replica, orderId)).toMatchObject({
    status: 'confirmed',
    version: 3,
    total: { amount: 500, currency: 'EUR' },
    paymentId,
    metadata: { channel: 'web' },
  });
  const { data } = await replica.handlers.timeline({ orderId });
  expect(data.map(({ version, cause }) => [version, cause])).toEqual([
    [1, 'order.place.v1'],
    [2, 'stock.reserved.v1'],
    [3, 'payment.captured.v1'],
  ]);
  expect(await violations()).toEqual([]);
});

test('tells whoever waits as soon as the order has settled', async () => {
  const replica = new Replica(database);
  const { orderId } = await confirmed(replica);
  expect(replica.notices).toEqual([
    { replyTo: 'gateway', name: orderId, data: expect.objectContaining({ status: 'confirmed' }) },
  ]);
});

test('makes one order of 50 twins on three replicas, and gives all of them the same answer', async () => {
  const replicas = [new Replica(database), new Replica(database), new Replica(database)];
  const key = crypto.randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => answerOf(replicas[i % 3] as Replica, placement({ key }))),
  );
  const views = answers.map((outcome) => JSON.stringify(viewIn(outcome).order));
  expect(new Set(views.map((view) => JSON.parse(view).id)).size).toBe(1);
  const { rows } = await database.query('select count(*)::int as n from idempotency_keys where key = $1', [
    key,
  ]);
  expect(rows).toEqual([{ n: 1 }]);
});

test('sees the key of a twin for whose order it has waited', async () => {
  const { orderId, paymentId, placement: placing } = placement();
  await new Replica(database).handlers.place([placing]);
  const key = crypto.randomUUID();
  const keys = [orderId, `idem:${key}`];
  let twin: Promise<Map<string, object>> | undefined;
  await database.transaction(async (tx) => {
    await loadOrders(tx, keys, true);
    twin = database.transaction(async (other) => {
      await other.query(PATIENT);
      return loadOrders(other, keys, true);
    });
    await untilSomebodyWaits();
    const use = `insert into idempotency_keys (key, fingerprint, order_id, payment_id, created_at)
      values ($1, $1, $2, $3, now())`;
    await tx.query(use, [key, orderId, paymentId]);
  });
  expect([...((await twin)?.keys() ?? [])]).toEqual(keys);
});

/** For a lock, longer than a service does: who holds it has to see first that somebody waits. */
const PATIENT = `set local lock_timeout = '4s'`;

async function untilSomebodyWaits(): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
  for (const deadline = Date.now() + 3_500; Date.now() < deadline; ) {
    if ((await database.query(waiting)).rows.length > 0) return;
  }
  throw new Error('nobody waits for the lock');
}

test('refuses a key that was used for another request, and nothing else of its batch', async () => {
  const replica = new Replica(database);
  const first = placement();
  await replica.handlers.place([first.placement]);
  const { key } = first.placement.data.idempotency;
  const other = placement({ key, fingerprint: '00000000-0000-4000-8000-000000000002' });
  const outcomes = await replica.handlers.place([other.placement, placement().placement]);
  expect(codeIn(outcomes[0])).toBe('idempotency-key-reused');
  expect(viewIn(outcomes[1]).replayed).toBe(false);
});

test('leaves neither a key nor a message behind of an order that can not be saved', async () => {
  const replica = new Replica(database);
  const [good, bad] = [placement(), placement({ customerId: 'cus_\u0000' })];
  const outcomes = await replica.handlers.place([good.placement, bad.placement]);
  expect(viewIn(outcomes[0]).replayed).toBe(false);
  expect(outcomes[1]).toHaveProperty('failed');
  const keys = [good, bad].map(({ placement: { data } }) => data.idempotency.key);
  const { rows } = await database.query('select order_id from idempotency_keys where key = any($1)', [keys]);
  expect(rows).toEqual([{ order_id: good.orderId }]);
  const { rows: sent } = await database.query('select 1 from outbox where strpos(body, $1) > 0', [
    bad.orderId,
  ]);
  expect(sent).toEqual([]);
});

test('writes nothing over what another replica has written', async () => {
  const { orderId, placement: placing } = placement();
  await new Replica(database).handlers.place([placing]);
  const before = (await loadOrders(database, [orderId], false)).get(orderId) as Order;
  const after: Order = { ...before, version: 2, expiresAt: '2100-01-01T00:00:00.000Z' };
  // Without a row of the history, whose key would stop it, too.
  const saving = { changes: [{ key: orderId, before, after }], appended: [], outbox: [], sent: [] };
  await saveOrders(database, saving);
  await expect(saveOrders(database, saving)).rejects.toMatchObject({ code: 'WB409' });
  // What the tests that follow find is as it was.
  await database.query('update orders set version = 1 where id = $1', [orderId]);
});

test('replays, byte for byte, what was answered when the order had first settled', async () => {
  const replica = new Replica(database);
  const placed = await confirmed(replica);
  const before = JSON.stringify((replica.notices[0] as { data: object }).data);
  const again = await new Replica(database).handlers.place([placed.placement]);
  expect(JSON.stringify(viewIn(again[0]).order)).toBe(before);
  expect(viewIn(again[0]).replayed).toBe(true);
});

test('applies a fact once, although two replicas are told of it at the same time', async () => {
  const [one, two] = [new Replica(database), new Replica(database)];
  const placed = placement();
  await one.handlers.place([placed.placement]);
  await Promise.all([
    one.loop.settle([reserved(placed.orderId)]),
    two.loop.settle([reserved(placed.orderId)]),
  ]);
  const charges = [...one.sent, ...two.sent].filter((sent) => sent === `payment.charge.v1 ${placed.orderId}`);
  expect(charges).toHaveLength(1);
  expect(await violations()).toEqual([]);
});

test('turns orders that nobody answers into cancelled ones, once, though two replicas look', async () => {
  const [one, two] = [new Replica(database, 1), new Replica(database, 1)];
  const { orderId, placement: placing } = placement();
  await one.handlers.place([placing]);
  for (let status = 'pending'; status === 'pending'; ) {
    await Promise.all([tellOverdue(database, one.loop), tellOverdue(database, two.loop)]);
    ({ status } = await viewOf(one, orderId));
  }
  expect(await viewOf(one, orderId)).toMatchObject({
    status: 'cancelled',
    reason: { code: 'timed_out' },
    version: 2,
  });
  const releases = [...one.sent, ...two.sent].filter((sent) => sent === `stock.release.v1 ${orderId}`);
  expect(releases).toHaveLength(1);
});

test('lets an order be that is paid after it was found overdue, and before that is decided', async () => {
  const [one, two] = [new Replica(database), new Replica(database)];
  const { orderId, placement: placing } = placement({ paid: false });
  await one.handlers.place([placing]);
  await one.loop.settle([reserved(orderId, -1)]);
  const paymentId = newId('pay');
  const idempotency = { key: randomUUID(), fingerprint: randomUUID() };
  const request = { payment: { method: 'tok_visa' }, notify: false };
  const payment = message('order.pay.v1', { orderId, paymentId, idempotency, ...request });
  const settle: typeof one.loop.settle = async (facts) => {
    await two.loop.settle([payment]);
    return one.loop.settle(facts);
  };
  await tellOverdue(database, { settle } as typeof one.loop);
  expect(await viewOf(one, orderId)).toMatchObject({ status: 'awaiting_payment', version: 3, paymentId });
  await two.loop.settle([captured({ orderId, paymentId, placement: placing })]);
  expect(await viewOf(one, orderId)).toMatchObject({ status: 'confirmed' });
});

test('lists the newest first, by customer and status, page by page', async () => {
  const replica = new Replica(database);
  const customerId = `cus_${crypto.randomUUID()}`;
  const placed = Array.from({ length: 5 }, () => placement({ customerId }));
  for (const { placement: placing } of placed) await replica.handlers.place([placing]);
  const newestFirst = placed.map(({ orderId }) => orderId).reverse();
  const first = await replica.handlers.list({ customerId, limit: 3 });
  const before = first.data.at(-1)?.id as string;
  const rest = await replica.handlers.list({ customerId, limit: 3, before });
  expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual(newestFirst);
  expect([first.next, rest.next]).toEqual([before, null]);
  expect((await replica.handlers.list({ customerId, limit: 3, status: 'confirmed' })).data).toEqual([]);
});

test('says that there is no such order, to a question and to a payment', async () => {
  const replica = new Replica(database);
  const { orderId, paymentId, placement: placing } = placement();
  await expect(replica.handlers.timeline({ orderId })).rejects.toMatchObject({ code: 'order-not-found' });
  const { idempotency } = placing.data;
  const pay = { orderId, paymentId, idempotency, payment: { method: 'tok_visa' }, notify: false };
  const [outcome] = await replica.handlers.advance([message('order.pay.v1', pay)]);
  expect(codeIn(outcome)).toBe('order-not-found');
});

test('a load that waited for the lock of an order sees the key that its holder used', async () => {
  const replica = new Replica(database);
  const { orderId } = await confirmed(replica);
  const key = randomUUID();
  const holds = Promise.withResolvers<void>();
  const holder = database.transaction(async (tx) => {
    await tx.query('select from orders where id = $1 for update', [orderId]);
    holds.resolve();
    await untilSomebodyWaits();
    await tx.query(
      'insert into idempotency_keys (key, fingerprint, order_id, created_at) values ($1, $1, $2, now())',
      [key, orderId],
    );
  });
  await holds.promise;
  const loaded = await database.transaction(async (tx) => {
    await tx.query(PATIENT);
    return loadOrders(tx, [`idem:${key}`, orderId], true);
  });
  await holder;
  expect([...loaded.keys()].sort()).toEqual([`idem:${key}`, orderId].sort());
  await database.query('delete from idempotency_keys where key = $1', [key]);
});

test('knows which change of its lines it waits for, whichever replica hears the answer and whatever was noted meanwhile', async () => {
  const [one, other] = [new Replica(database), new Replica(database)];
  const { orderId, placement: placing } = placement({ paid: false });
  await one.handlers.place([placing]);
  await one.loop.settle([reserved(orderId)]);
  const request = { lines: [{ sku: 'TEA', quantity: 3 }] };
  const changeId = newId('evt');
  await one.loop.settle([
    message('order.change.v1', { orderId, expectedVersion: 2, request, changeId, notify: false }),
  ]);
  const idempotency = { key: randomUUID(), fingerprint: randomUUID() };
  await one.loop.settle([
    message('order.note.v1', { orderId, idempotency, note: { text: 'Call.' }, author: 'ops' }),
  ]);
  const unitPrice = { amount: 250, currency: 'EUR' };
  const lines = [{ sku: 'TEA', name: 'Sencha', quantity: 3, unitPrice }];
  await other.loop.settle([message('stock.changed.v1', { orderId, change: 3, lines })]);
  expect(await viewOf(other, orderId)).toMatchObject({
    status: 'awaiting_payment',
    version: 5,
    total: { amount: 750 },
  });
  expect(await violations()).toEqual([]);
});
