import { randomUUID } from 'node:crypto';
import { type OrderView } from '#contracts';
import { Client } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({ env: { STOCK_HOLD_SECONDS: '900' } });
  client = new Client(shop.stack);
});

afterAll(() => shop?.close());

test('an order goes through: reserved, charged, confirmed and committed', async () => {
  await client.stocked('TEA-1', 10);
  const placed = await client.place({ sku: 'TEA-1', quantity: 2, method: 'tok_visa' });
  expect(placed.status).toBe(201);
  expect(placed.headers.get('location')).toBe(`/v1/orders/${placed.body.id}`);
  expect(placed.headers.get('preference-applied')).toBe('wait');
  expect(placed.body).toMatchObject({
    status: 'confirmed',
    total: { amount: 3998, currency: 'EUR' },
    lines: [{ sku: 'TEA-1', quantity: 2, unitPrice: { amount: 1999, currency: 'EUR' } }],
  });
  const payment = await client.payment(placed.body.paymentId as string);
  expect(payment).toMatchObject({ status: 'captured', orderId: placed.body.id, amount: { amount: 3998 } });
  await shop.quiet();
  expect(await client.stock('TEA-1')).toMatchObject({ onHand: 8, reserved: 0, available: 8 });
});

test('its timeline tells every step, under the trace of the request', async () => {
  await client.stocked('TEA-2', 10);
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const request = {
    customerId: 'cus_1',
    currency: 'EUR',
    lines: [{ sku: 'TEA-2', quantity: 1 }],
    payment: { method: 'tok_visa' },
  };
  const headers = {
    'idempotency-key': randomUUID(),
    prefer: 'wait=10',
    traceparent: `00-${traceId}-b7ad6b7169203331-01`,
  };
  const { body } = await client.send<OrderView>('POST', '/v1/orders', request, headers);
  const timeline = await client.timeline(body.id);
  expect(
    timeline.map(({ version, from, to, cause, service }) => [version, from, to, cause, service]),
  ).toEqual([
    [1, null, 'pending', 'order.place.v1', 'gateway'],
    [2, 'pending', 'pending', 'stock.reserved.v1', 'stock'],
    [3, 'pending', 'confirmed', 'payment.captured.v1', 'payment'],
  ]);
  for (const entry of timeline) expect(entry.traceId).toBe(traceId);
  expect(new Set(timeline.map(({ requestId }) => requestId)).size).toBe(1);
});

test('an order of more than there is is rejected with what was asked and what was there', async () => {
  await client.stocked('TEA-3', 1);
  const { status, body } = await client.place({ sku: 'TEA-3', quantity: 2, method: 'tok_visa' });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    status: 'rejected',
    paymentId: null,
    reason: { code: 'out_of_stock', items: [{ sku: 'TEA-3', requested: 2, available: 1 }] },
  });
  expect(await client.stock('TEA-3')).toMatchObject({ onHand: 1, reserved: 0 });
});

test('an order of an unknown product is rejected by name', async () => {
  const { body } = await client.place({ sku: 'NO-SUCH', method: 'tok_visa' });
  expect(body).toMatchObject({
    status: 'rejected',
    reason: { code: 'unknown_product', items: [{ sku: 'NO-SUCH' }] },
  });
});

test.each(['tok_declined', 'tok_insufficient_funds'])(
  'a payment with %s cancels the order and frees the stock',
  async (method) => {
    await client.stocked(`TEA-${method}`, 5);
    const { body } = await client.place({ sku: `TEA-${method}`, method });
    expect(body).toMatchObject({ status: 'cancelled', reason: { code: 'payment_declined' } });
    await shop.quiet();
    expect(await client.stock(`TEA-${method}`)).toMatchObject({ onHand: 5, reserved: 0 });
  },
);

test.each(['tok_slow', 'tok_unknown', 'tok_error_once'])(
  'an order paid with %s settles by itself',
  async (method) => {
    await client.stocked(`TEA-${method}`, 5);
    const { body } = await client.place({ sku: `TEA-${method}`, method, wait: 0 });
    expect(body.status).toBe('pending');
    const settled = await client.until(body.id, ['confirmed']);
    expect(await client.payment(settled.paymentId as string)).toMatchObject({ status: 'captured' });
  },
);

test('an order without payment awaits it, may try again after a decline, and is paid later', async () => {
  await client.stocked('TEA-4', 5);
  const { body } = await client.place({ sku: 'TEA-4' });
  expect(body).toMatchObject({ status: 'awaiting_payment', paymentId: null });
  expect(new Date(body.expiresAt as string).getTime()).toBeGreaterThan(Date.now() + 600_000);

  const pay = (method: string) =>
    client.send<{ id: string; status: string }>(
      'POST',
      '/v1/payments',
      { orderId: body.id, method },
      { 'idempotency-key': randomUUID() },
    );
  expect(await pay('tok_declined')).toMatchObject({ status: 201, body: { status: 'declined' } });
  expect((await client.order(body.id)).status).toBe('awaiting_payment');
  expect(await pay('tok_visa')).toMatchObject({ status: 201, body: { status: 'captured' } });
  expect((await client.order(body.id)).status).toBe('confirmed');
  expect((await pay('tok_visa')).status).toBe(409);
});

test('prices that moved reject the order, and the stock is free again', async () => {
  await client.stocked('TEA-5', 5);
  const request = {
    customerId: 'cus_1',
    currency: 'EUR',
    lines: [{ sku: 'TEA-5', quantity: 1 }],
    payment: { method: 'tok_visa' },
    expectedTotal: { amount: 1, currency: 'EUR' },
  };
  const headers = { 'idempotency-key': randomUUID(), prefer: 'wait=10' };
  const { body } = await client.send<OrderView>('POST', '/v1/orders', request, headers);
  expect(body).toMatchObject({ status: 'rejected', reason: { code: 'total_mismatch' } });
  await shop.quiet();
  expect(await client.stock('TEA-5')).toMatchObject({ onHand: 5, reserved: 0 });
});

test('the list has the newest first and a cursor that goes on from there', async () => {
  await client.stocked('TEA-6', 50);
  const placed: string[] = [];
  for (let i = 0; i < 5; i++) placed.push((await client.place({ sku: 'TEA-6', method: 'tok_visa' })).body.id);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const path: string = `/v1/orders?limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const page = (await client.send<{ data: OrderView[]; nextCursor: string | null }>('GET', path)).body;
    seen.push(...page.data.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor && seen.length < 200);
  expect(seen.slice(0, 5)).toEqual(placed.toReversed());
  expect(new Set(seen).size).toBe(seen.length);
});

test('the books balance', async () => {
  await shop.quiet();
  expect(await shop.violations()).toEqual([]);
});
