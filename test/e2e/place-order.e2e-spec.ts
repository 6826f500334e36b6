import { randomUUID } from 'node:crypto';
import { type OrderView } from '#contracts';
import { type Client } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({ env: { RECONCILE_INTERVAL_MS: '200' } });
  client = shop.client();
});
afterAll(() => shop?.close());

/** The stock follows an order that has settled: a commit or a release is under way for a moment. */
async function expectStock(sku: string, level: { readonly onHand: number; readonly reserved: number }) {
  const { onHand, reserved } = level;
  const deadline = Date.now() + 5_000;
  for (;;) {
    const found = await client.stock(sku);
    if ((found.onHand === onHand && found.reserved === reserved) || Date.now() > deadline) {
      expect(found).toMatchObject({ onHand, reserved, available: onHand - reserved });
      return;
    }
  }
}

test('an order goes through: reserved, charged, confirmed and committed', async () => {
  await client.stocked('TEA-1', 10);
  await client.stocked('TEA-2', 10, { name: 'Gyokuro', price: { amount: 450, currency: 'EUR' } });
  const lines = [
    { sku: 'TEA-2', quantity: 3 },
    { sku: 'TEA-1', quantity: 2 },
  ];
  const metadata = { channel: 'web', note: 'مرحبا 🫖' };
  const expectedTotal = { amount: 5348, currency: 'EUR' };
  const placed = await client.place({ lines, method: 'tok_visa', metadata, expectedTotal });
  expect(placed.status).toBe(201);
  expect(placed.headers.get('location')).toBe(`/v1/orders/${placed.body.id}`);
  expect(placed.headers.get('preference-applied')).toBe('wait');
  const eur = (amount: number) => ({ amount, currency: 'EUR' });
  expect(placed.body).toMatchObject({
    status: 'confirmed',
    customerId: 'cus_test',
    total: eur(5348),
    metadata,
    reason: null,
    expiresAt: null,
    lines: [
      {
        sku: 'TEA-2',
        name: 'Gyokuro',
        quantity: 3,
        fulfilledQuantity: 0,
        unitPrice: eur(450),
        total: eur(1350),
      },
      { sku: 'TEA-1', quantity: 2, fulfilledQuantity: 0, unitPrice: eur(1999), total: eur(3998) },
    ],
  });
  expect(await client.order(placed.body.id)).toEqual(placed.body);
  expect(await client.payment(placed.body.paymentId as string)).toMatchObject({
    status: 'captured',
    orderId: placed.body.id,
    amount: eur(5348),
    capturedAmount: 5348,
    refundedAmount: 0,
    capture: 'automatic',
  });
  await expectStock('TEA-1', { onHand: 8, reserved: 0 });
  expect(await client.stock('TEA-2')).toMatchObject({ onHand: 7, reserved: 0 });
});

test('without a preference the answer comes at once, as pending, and stays the answer of that key', async () => {
  await client.stocked('TEA-3', 10);
  const placing = { sku: 'TEA-3', method: 'tok_visa', wait: 0, key: randomUUID() };
  const first = await client.place(placing);
  expect(first.headers.get('preference-applied')).toBeNull();
  expect(first.body).toMatchObject({ status: 'pending', total: null, paymentId: null, version: 1 });
  await client.until(first.body.id, 'confirmed');
  const again = await client.place(placing);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.text).toBe(first.text);
});

test('a manual capture only authorizes, and the order is confirmed', async () => {
  await client.stocked('TEA-4', 5);
  const { body } = await client.place({ sku: 'TEA-4', method: 'tok_visa', capture: 'manual' });
  expect(body.status).toBe('confirmed');
  const payment = await client.payment(body.paymentId as string);
  expect(payment).toMatchObject({ status: 'authorized', capture: 'manual', capturedAmount: 0 });
  await expectStock('TEA-4', { onHand: 4, reserved: 0 });
});

test('an order of more than there is is rejected with what was asked and what was there', async () => {
  await client.stocked('TEA-5', 1);
  await client.stocked('TEA-6', 100);
  const lines = [
    { sku: 'TEA-6', quantity: 1 },
    { sku: 'TEA-5', quantity: 2 },
  ];
  const { status, body } = await client.place({ lines, method: 'tok_visa' });
  expect(status).toBe(201);
  expect(body).toMatchObject({ status: 'rejected', paymentId: null });
  expect(body.reason).toEqual({
    code: 'out_of_stock',
    items: [{ sku: 'TEA-5', requested: 2, available: 1 }],
  });
  await expectStock('TEA-5', { onHand: 1, reserved: 0 });
  expect(await client.stock('TEA-6')).toMatchObject({ onHand: 100, reserved: 0 });
});

test('an order of an unknown or an inactive product is rejected by name', async () => {
  await client.stocked('OLD-1', 5, { active: false });
  for (const [sku, code] of [
    ['NO-SUCH', 'unknown_product'],
    ['OLD-1', 'inactive_product'],
  ] as const) {
    const { body } = await client.place({ sku, method: 'tok_visa' });
    expect(body).toMatchObject({ status: 'rejected', reason: { code, items: [{ sku, requested: 1 }] } });
  }
  await expectStock('OLD-1', { onHand: 5, reserved: 0 });
});

test.each([
  ['a total that was not expected', 'total_mismatch', { expectedTotal: { amount: 1998, currency: 'EUR' } }],
  [
    'an expected total of another currency',
    'total_mismatch',
    { expectedTotal: { amount: 1999, currency: 'USD' } },
  ],
  ['another currency than the price', 'currency_mismatch', { currency: 'USD' }],
])('%s rejects the order, and the stock is free again', async (_, code, more) => {
  const sku = `OFF-${randomUUID()}`;
  await client.stocked(sku, 5);
  const { body } = await client.place({ sku, method: 'tok_visa', ...more });
  expect(body).toMatchObject({ status: 'rejected', reason: { code } });
  await expectStock(sku, { onHand: 5, reserved: 0 });
});

test.each([
  ['tok_declined', 'card_declined'],
  ['tok_insufficient_funds', 'insufficient_funds'],
])('a payment with %s cancels the order and frees the stock', async (method, declineCode) => {
  await client.stocked(method, 5);
  const { body } = await client.place({ sku: method, method });
  expect(body).toMatchObject({
    status: 'cancelled',
    reason: { code: 'payment_declined', detail: declineCode },
  });
  const payment = await client.payment(body.paymentId as string);
  expect(payment).toMatchObject({ status: 'declined', declineCode, capturedAmount: 0 });
  await expectStock(method, { onHand: 5, reserved: 0 });
});

test.each(['tok_slow', 'tok_unknown', 'tok_error_once'])(
  'an order paid with %s settles by itself, and is paid once',
  async (method) => {
    await client.stocked(method, 5);
    const { body } = await client.place({ sku: method, method, wait: 0 });
    const settled = await client.until(body.id, 'confirmed');
    const payment = await client.payment(settled.paymentId as string);
    expect(payment).toMatchObject({ status: 'captured', capturedAmount: 1999 });
    await expectStock(method, { onHand: 4, reserved: 0 });
  },
);

test('an order without payment awaits it, may try again after a decline, and is paid later', async () => {
  await client.stocked('TEA-7', 5);
  const { body } = await client.place({ sku: 'TEA-7' });
  expect(body).toMatchObject({ status: 'awaiting_payment', paymentId: null });
  const holdMs = new Date(body.expiresAt as string).getTime() - Date.now();
  expect(holdMs).toBeGreaterThan(800_000);
  // By the clock of the stock service, which may be some milliseconds ahead of ours.
  expect(holdMs).toBeLessThan(900_000 + 50);
  await expectStock('TEA-7', { onHand: 5, reserved: 1 });

  const declined = await client.pay(body.id, 'tok_declined');
  expect(declined).toMatchObject({ status: 201, body: { orderId: body.id } });
  expect(declined.headers.get('location')).toBe(`/v1/payments/${declined.body.id}`);
  expect((await client.untilPaid(declined.body.id)).status).toBe('declined');
  expect(await client.order(body.id)).toMatchObject({ status: 'awaiting_payment', reason: null });
  expect((await client.paid(body.id, 'tok_visa')).status).toBe('captured');
  await client.until(body.id, 'confirmed');
  await expectStock('TEA-7', { onHand: 4, reserved: 0 });

  const problem = { status: 409, body: { type: '/problems/order-not-payable' } };
  expect(await client.pay(body.id, 'tok_visa')).toMatchObject(problem);
});

test('a payment that is under way keeps a second one out, and its answer is given again', async () => {
  await client.stocked('TEA-8', 5);
  const { body } = await client.place({ sku: 'TEA-8' });
  const key = randomUUID();
  const first = await client.pay(body.id, 'tok_slow', { wait: 0, key });
  expect(first).toMatchObject({ status: 201, body: { status: 'requested' } });
  const problem = { status: 409, body: { type: '/problems/payment-in-progress' } };
  expect(await client.pay(body.id, 'tok_visa')).toMatchObject(problem);
  const again = await client.pay(body.id, 'tok_slow', { key });
  expect(again).toMatchObject({ status: 201, body: { id: first.body.id, status: 'captured' } });
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  await client.until(body.id, 'confirmed');
});

test('an order that does not exist cannot be paid', async () => {
  const problem = { status: 404, body: { type: '/problems/order-not-found' } };
  expect(await client.pay(`ord_${'0'.repeat(26)}`, 'tok_visa')).toMatchObject(problem);
});

test('its timeline tells every step, by version, with the message that led to it', async () => {
  await client.stocked('TEA-9', 10);
  const stepsOf = async (order: OrderView) =>
    (await client.timeline(order.id)).map(({ version, from, to, cause, service }) =>
      [version, from, to, cause, service].join(' '),
    );
  const { body: paid } = await client.place({ sku: 'TEA-9', method: 'tok_visa' });
  expect(await stepsOf(paid)).toEqual([
    '1  pending order.place.v1 gateway',
    '2 pending pending stock.reserved.v1 stock',
    '3 pending confirmed payment.captured.v1 payment',
  ]);
  const { body: later } = await client.place({ sku: 'TEA-9' });
  await client.paid(later.id, 'tok_declined');
  await client.paid(later.id, 'tok_visa');
  await client.until(later.id, 'confirmed');
  expect(await stepsOf(later)).toEqual([
    '1  pending order.place.v1 gateway',
    '2 pending awaiting_payment stock.reserved.v1 stock',
    '3 awaiting_payment awaiting_payment order.pay.v1 gateway',
    '4 awaiting_payment awaiting_payment payment.declined.v1 payment',
    '5 awaiting_payment awaiting_payment order.pay.v1 gateway',
    '6 awaiting_payment confirmed payment.captured.v1 payment',
  ]);
  expect((await client.order(later.id)).version).toBe(6);
});

test('the books balance', () => shop.expectSound());
