import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import {
  type MovementView,
  type ReservationView,
  type SettingsView,
  type StockLevelView,
  type StockLow,
} from '#contracts';
import { EXCHANGES } from '#messaging';
import { type Client, type Problem } from './client.js';
import { Shop } from './shop.js';

interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({ replicas: { stock: 2 } });
  client = shop.client();
});

/** The books of all three services, and across them, after every test. */
afterEach(() => shop.expectSound());

afterAll(() => shop?.close());

const keyed = () => ({ 'idempotency-key': randomUUID() });

async function walk<T>(path: string, query = ''): Promise<T[]> {
  const seen: T[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page<T> = await client.read(`${path}?limit=2${query}${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.data);
    cursor = page.nextCursor;
  }
  return seen;
}

test('the movements of a SKU explain its level, with the order or the adjustment behind each', async () => {
  await client.stocked('LEDGER', 9);
  const { body: order } = await client.place({ sku: 'LEDGER', quantity: 2, method: 'tok_visa' });
  const counted = await client.send<{ version: number }>(
    'POST',
    '/v1/stock/LEDGER/adjustments',
    { countedQuantity: 6, reason: 'counted' },
    keyed(),
  );
  // With two of the stock service the release could overtake the commit: then nothing was taken, and nothing returns.
  await shop.books.quiet();
  await client.send('POST', `/v1/orders/${order.id}/cancel`);
  await shop.expectSound();

  const movements = await walk<MovementView>('/v1/stock/LEDGER/movements');
  const reasons = movements.map(({ reason }) => reason);
  expect(reasons.toSorted()).toEqual(['committed', 'counted', 'received', 'reserved', 'returned']);
  expect(movements.map(({ version }) => version)).toEqual(
    movements.map(({ version }) => version).toSorted((a, b) => b - a),
  );
  expect(movements.find(({ reason }) => reason === 'counted')?.version).toBe(counted.body.version);
  for (const { reason, orderId, adjustmentId } of movements) {
    const byHand = reason === 'received' || reason === 'counted';
    expect([orderId, adjustmentId === null]).toEqual(byHand ? [null, false] : [order.id, true]);
  }
  const { onHand, reserved } = await client.stock('LEDGER');
  expect(movements.reduce((sum, { onHandDelta }) => sum + onHandDelta, 0)).toBe(onHand);
  expect(movements.reduce((sum, { reservedDelta }) => sum + reservedDelta, 0)).toBe(reserved);
});

test('the reservations of a SKU are open while their orders wait, and closed afterwards', async () => {
  await client.stocked('HELD', 9);
  const orders = [];
  for (const quantity of [1, 2, 3]) orders.push((await client.place({ sku: 'HELD', quantity })).body);
  const open = await walk<ReservationView>('/v1/stock/HELD/reservations');
  expect(
    open.map(({ orderId, quantity, status, expiresAt }) => [orderId, quantity, status, expiresAt]),
  ).toEqual(orders.map(({ id, lines, expiresAt }) => [id, lines[0]?.quantity, 'held', expiresAt]));
  expect(await walk('/v1/stock/HELD/reservations', '&state=closed')).toEqual([]);

  await client.pay(orders[0]?.id as string, 'tok_visa');
  await client.send('POST', `/v1/orders/${orders[1]?.id}/cancel`);
  await shop.books.quiet();
  const [left] = await walk<ReservationView>('/v1/stock/HELD/reservations');
  expect(left).toMatchObject({ orderId: orders[2]?.id, quantity: 3 });
  const closed = await walk<ReservationView>('/v1/stock/HELD/reservations', '&state=closed');
  expect(closed.map(({ orderId, status }) => [orderId, status])).toEqual([
    [orders[1]?.id, 'released'],
    [orders[0]?.id, 'committed'],
  ]);
});

test('the lists take only cursors of their own, and only products that are there', async () => {
  await client.stocked('CURSOR', 9);
  await client.place({ sku: 'CURSOR' });
  const { nextCursor } = await client.read<Page<MovementView>>('/v1/stock/CURSOR/movements?limit=1');
  for (const path of ['/v1/stock/HELD/movements', '/v1/stock/CURSOR/reservations']) {
    const answer = await client.send('GET', `${path}?cursor=${nextCursor}`);
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/cursor-invalid' } });
  }
  for (const list of ['movements', 'reservations']) {
    expect(await client.send('GET', `/v1/stock/NONE/${list}`)).toMatchObject({ status: 404 });
  }
  const odd = await client.send('GET', '/v1/stock/CURSOR/reservations?state=lost');
  expect(odd).toMatchObject({ status: 422, body: { errors: [{ pointer: '/query/state' }] } });
});

test('the safety stock is not sold, and few left is said once until there was more', async () => {
  const model = await connect(shop.broker.url);
  try {
    const channel = await model.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, EXCHANGES.events, 'stock.low.v1');
    // By its id: what stays in the outbox for three seconds is published again.
    const heard = new Map<string, StockLow>();
    await channel.consume(
      queue,
      (message) => {
        const bundle = JSON.parse(message?.content.toString() ?? '[]') as { id: string; data: StockLow }[];
        for (const { id, data } of bundle) heard.set(id, data);
      },
      { noAck: true },
    );
    await client.stocked('FEW', 10);
    const path = '/v1/stock/FEW/settings';
    const set = { safetyStock: 3, lowStockThreshold: 4 };
    expect((await client.send<SettingsView>('PUT', path, set)).body).toMatchObject(set);
    expect(await client.read<SettingsView>(path)).toMatchObject({ sku: 'FEW', ...set });
    expect(await client.stock('FEW')).toMatchObject({ onHand: 10, available: 7 });

    const buy = async (quantity: number) =>
      (await client.place({ sku: 'FEW', quantity, method: 'tok_visa' })).body;
    expect(await buy(8)).toMatchObject({ status: 'rejected', reason: { code: 'out_of_stock' } });
    for (const quantity of [3, 1, 1]) expect((await buy(quantity)).status).toBe('confirmed');
    await client.send('POST', '/v1/stock/FEW/adjustments', { delta: 5, reason: 'received' }, keyed());
    expect((await buy(7)).status).toBe('confirmed');
    expect((await buy(1)).status).toBe('rejected');
    await shop.expectSound();
    expect(await client.stock('FEW')).toMatchObject({ onHand: 3, reserved: 0, available: 0 });
    expect([...heard.values()]).toMatchObject([
      { sku: 'FEW', available: 4, lowStockThreshold: 4 },
      { sku: 'FEW', available: 0, lowStockThreshold: 4 },
    ]);

    expect((await client.send<SettingsView>('PUT', path, {})).body).toMatchObject({
      safetyStock: 0,
      lowStockThreshold: null,
    });
    expect((await buy(3)).status).toBe('confirmed');
  } finally {
    await model.close();
  }
});

test('with a backorder limit so many more are sold than there are, and what comes in is owed first', async () => {
  await client.stocked('OWED', 1);
  const path = '/v1/stock/OWED/settings';
  const buy = async (quantity: number) =>
    (await client.place({ sku: 'OWED', quantity, method: 'tok_visa' })).body.status;
  expect(await buy(2)).toBe('rejected');
  expect((await client.send<SettingsView>('PUT', path, { backorderLimit: 3 })).body).toMatchObject({
    backorderLimit: 3,
  });
  const buyers = await Promise.all(Array.from({ length: 10 }, () => buy(1)));
  expect(buyers.filter((status) => status === 'confirmed')).toHaveLength(4);
  await shop.expectSound();
  expect(await client.stock('OWED')).toMatchObject({ onHand: -3, reserved: 0, available: 0 });
  const lower = await client.send('PUT', path, {});
  expect([lower.status, lower.body.type]).toEqual([409, '/problems/stock-below-reserved']);
  const away = await client.send(
    'POST',
    '/v1/stock/OWED/adjustments',
    { delta: 1, reason: 'received', location: 'nowhere' },
    keyed(),
  );
  expect([away.status, away.body.type]).toEqual([409, '/problems/backorder-in-locations']);
  await client.send('POST', '/v1/stock/OWED/adjustments', { delta: 5, reason: 'received' }, keyed());
  expect(await client.stock('OWED')).toMatchObject({ onHand: 2, available: 5 });
});

test('settings that make no sense are refused by name', async () => {
  await client.stocked('SET', 1);
  const put = (sku: string, body: object) => client.send('PUT', `/v1/stock/${sku}/settings`, body);
  expect(await put('SET', { safetyStock: -1 })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/safetyStock' }] },
  });
  expect(await put('SET', { backorder: true })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/backorder' }] },
  });
  expect(await put('NONE', {})).toMatchObject({ status: 404, body: { type: '/problems/product-not-found' } });
});

test('an order is served from as few locations as there are enough in, and what it gives back goes there', async () => {
  const put = await client.send('PUT', '/v1/locations/north', { name: 'North' });
  expect(put.status).toBe(201);
  expect((await client.send('PUT', '/v1/locations/north', { name: 'Far north' })).status).toBe(200);
  const named = await walk<{ location: string; name: string }>('/v1/locations');
  expect(named.map(({ location, name }) => [location, name])).toEqual([
    ['main', 'Main'],
    ['north', 'Far north'],
  ]);
  await client.stocked('PLACES', 4);
  const path = '/v1/stock/PLACES';
  const single = await client.stock('PLACES');
  expect(single.locations).toBeUndefined();
  const more = { delta: 6, reason: 'received', location: 'north' };
  const received = await client.send<StockLevelView>('POST', `${path}/adjustments`, more, keyed());
  expect(received).toMatchObject({ status: 201, body: { onHand: 10, available: 10 } });

  const { body: one } = await client.place({ sku: 'PLACES', quantity: 3, method: 'tok_visa' });
  const { body: two } = await client.place({ sku: 'PLACES', quantity: 5 });
  expect([one.status, two.status]).toEqual(['confirmed', 'awaiting_payment']);
  await shop.books.quiet();
  expect((await client.stock('PLACES')).locations).toEqual([
    { location: 'main', onHand: 4, reserved: 4, available: 0 },
    { location: 'north', onHand: 3, reserved: 1, available: 2 },
  ]);
  const [held] = await walk<ReservationView>(`${path}/reservations`);
  expect(held?.locations).toEqual([
    { location: 'main', quantity: 4 },
    { location: 'north', quantity: 1 },
  ]);

  for (const id of [one.id, two.id]) await client.send('POST', `/v1/orders/${id}/cancel`);
  await shop.expectSound();
  expect((await client.stock('PLACES')).locations).toEqual([
    { location: 'main', onHand: 4, reserved: 0, available: 4 },
    { location: 'north', onHand: 6, reserved: 0, available: 6 },
  ]);
});

test('a location is read where its creation said that it stands', async () => {
  const put = await client.send('PUT', '/v1/locations/south', { name: 'South' });
  expect([put.status, put.headers.get('location')]).toEqual([201, '/v1/locations/south']);
  expect(await client.read('/v1/locations/south')).toEqual(put.body);
  const again = await client.send('PUT', '/v1/locations/south', { name: 'Far south' });
  expect([again.status, again.headers.get('location')]).toEqual([200, null]);
  expect(await client.read('/v1/locations/south')).toEqual(again.body);
  const missing = await client.send('GET', '/v1/locations/nowhere');
  expect(missing).toMatchObject({ status: 404, body: { type: '/problems/location-not-found' } });
});

test('a transfer moves what nobody holds, once for a key, and shows as one movement with both locations', async () => {
  await client.send('PUT', '/v1/locations/shop', { name: 'Shop' });
  await client.stocked('MOVED', 5);
  await client.place({ sku: 'MOVED', quantity: 2 });
  const transfer = (body: object, headers = keyed()) =>
    client.send<StockLevelView & Problem>('POST', '/v1/stock/MOVED/transfers', body, headers);
  const headers = keyed();
  const three = { from: 'main', to: 'shop', quantity: 3 };
  const moved = await transfer(three, headers);
  expect(moved).toMatchObject({
    status: 201,
    body: {
      onHand: 5,
      locations: [
        { location: 'main', onHand: 2, reserved: 2 },
        { location: 'shop', onHand: 3, reserved: 0 },
      ],
    },
  });
  const again = await transfer(three, headers);
  expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([moved.text, 'true']);
  for (const [body, status, type] of [
    [{ ...three, quantity: 1 }, 409, 'stock-below-reserved'],
    [{ ...three, to: 'nowhere' }, 404, 'location-not-found'],
    [{ ...three, to: 'main' }, 422, 'validation-failed'],
    [{ ...three, quantity: 0 }, 422, 'validation-failed'],
  ] as const) {
    expect(await transfer(body)).toMatchObject({ status, body: { type: `/problems/${type}` } });
  }
  expect(await transfer({ ...three, quantity: 1 }, headers)).toMatchObject({
    status: 422,
    body: { type: '/problems/idempotency-key-reused' },
  });
  const [last] = await walk<MovementView>('/v1/stock/MOVED/movements');
  expect(last).toMatchObject({
    version: moved.body.version,
    reason: 'transferred',
    onHandDelta: 0,
    locations: [
      { location: 'main', onHandDelta: -3 },
      { location: 'shop', onHandDelta: 3 },
    ],
  });
});
