import { randomUUID } from 'node:crypto';
import { type MovementView, type ReservationView } from '#contracts';
import { type Client } from './client.js';
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
