import { newId, type OrderView } from '#contracts';
import { type Outcome } from '#messaging';
import { type Database } from '#persistence';
import { type TestDatabase, testDatabase } from '#testing';
import { orderInvariants } from '../src/invariants.store.js';
import { captured, message, type Placed, placement, Replica, reserved } from './replica.js';

let testing: TestDatabase;
let database: Database;

beforeAll(async () => {
  testing = await testDatabase('order');
  database = testing.database;
});
afterEach(async () => {
  for (const { id, name, sql } of orderInvariants) {
    if (id.startsWith('A')) expect([name, (await database.query(sql)).rows]).toEqual([name, []]);
  }
});
afterAll(() => testing?.drop());

const idempotency = (key: string = crypto.randomUUID()) => ({
  key,
  fingerprint: '00000000-0000-4000-8000-000000000001',
});
const shipment = ({ orderId }: Placed, quantity: number) =>
  message('order.fulfil.v1', {
    orderId,
    idempotency: idempotency(),
    shipment: { lines: [{ sku: 'TEA', quantity }] },
  });
const comesBack = ({ orderId }: Placed, key?: string) =>
  message('order.return.v1', {
    orderId,
    returnId: newId('ret'),
    idempotency: idempotency(key),
    request: { lines: [{ sku: 'TEA', quantity: 1 }] },
  });
const okOf = (outcomes: readonly Outcome[]) => outcomes.filter((outcome) => 'ok' in outcome);

async function viewOf(replica: Replica, { orderId }: Placed): Promise<OrderView> {
  const [outcome] = await replica.handlers.get([message('order.get.v1' as never, { orderId }) as never]);
  if (!outcome || !('ok' in outcome)) throw new Error('no such order');
  return outcome.ok as OrderView;
}

async function confirmed(replica: Replica): Promise<Placed> {
  const placed = placement();
  await replica.handlers.place([placed.placement]);
  await replica.loop.settle([reserved(placed.orderId)]);
  await replica.loop.settle([captured(placed)]);
  return placed;
}

it('takes back no more than has left, although two replicas are asked at the same time', async () => {
  const [one, two] = [new Replica(database), new Replica(database)];
  const placed = await confirmed(one);
  await one.loop.settle([shipment(placed, 1)]);
  await viewOf(two, placed);
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, (_, i) => (i % 2 ? one : two).loop.settle([comesBack(placed)])),
  );
  expect(okOf(outcomes.flat())).toHaveLength(1);
  const sent = [...one.sent, ...two.sent].filter((name) => name === `payment.give_back.v1 ${placed.orderId}`);
  expect(sent).toHaveLength(1);
  expect(await viewOf(two, placed)).toMatchObject({ lines: [{ fulfilledQuantity: 1, returnedQuantity: 1 }] });
});

it('takes one return for a key, whoever is asked, and gives the same answer', async () => {
  const [one, two] = [new Replica(database), new Replica(database)];
  const placed = await confirmed(one);
  await one.loop.settle([shipment(placed, 2)]);
  const key = crypto.randomUUID();
  const outcomes = await Promise.all([one, two, one].map((r) => r.loop.settle([comesBack(placed, key)])));
  const ids = okOf(outcomes.flat()).map((outcome) => JSON.stringify(outcome).match(/ret_\w+/)?.[0]);
  expect([ids.length, new Set(ids).size]).toEqual([3, 1]);
  expect(await viewOf(one, placed)).toMatchObject({ lines: [{ returnedQuantity: 1 }] });
});

it('closes the rest once, when a shipment and two cancels meet at two replicas', async () => {
  for (let round = 0; round < 5; round++) {
    const [one, two] = [new Replica(database), new Replica(database)];
    const placed = await confirmed(one);
    await one.loop.settle([shipment(placed, 1)]);
    const cancel = () => message('order.cancel.v1', { orderId: placed.orderId });
    await Promise.all([
      one.loop.settle([cancel()]),
      two.loop.settle([shipment(placed, 1)]),
      two.loop.settle([cancel()]),
    ]);
    const { status, lines } = await viewOf(one, placed);
    const [line] = lines;
    const { fulfilledQuantity, cancelledQuantity } = line as OrderView['lines'][number];
    expect([status, fulfilledQuantity + cancelledQuantity]).toEqual(['fulfilled', 2]);
    const sent = [...one.sent, ...two.sent].filter((name) => name === `stock.give_back.v1 ${placed.orderId}`);
    expect(sent).toHaveLength(cancelledQuantity);
  }
});

it('keeps adjustments and changed lines, and replays a placement with the lines of then', async () => {
  const replica = new Replica(database);
  const placed = placement({ paid: false });
  const adjustments = [{ kind: 'shipping', name: 'Standard', amount: 490 }];
  Object.assign(placed.placement.data.request, { adjustments });
  const [first] = await replica.handlers.place([placed.placement]);
  await replica.loop.settle([reserved(placed.orderId)]);
  const { orderId } = placed;
  const request = { lines: [{ sku: 'CUP', quantity: 1 }] };
  const change = { orderId, expectedVersion: 2, changeId: newId('evt'), notify: true, request };
  await replica.loop.settle([message('order.change.v1', change)]);
  const unitPrice = { amount: 100, currency: 'EUR' };
  const lines = [{ sku: 'CUP', name: 'Cup', quantity: 1, unitPrice }];
  await new Replica(database).loop.settle([message('stock.changed.v1', { orderId, change: 3, lines })]);
  expect(await viewOf(replica, placed)).toMatchObject({
    status: 'awaiting_payment',
    version: 4,
    adjustments,
    total: { amount: 590 },
    lines: [{ sku: 'CUP' }],
  });
  Object.assign(placed.placement.data, { notify: false });
  const [again] = await new Replica(database).handlers.place([placed.placement]);
  const orderIn = (outcome?: Outcome) => (outcome as { ok: { order: OrderView } }).ok.order;
  expect(orderIn(again)).toEqual(orderIn(first));
});
