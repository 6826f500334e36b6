import { type OrderView } from '#contracts';
import { type Client } from './client.js';
import { Oracle } from './oracle.js';
import { Shop } from './shop.js';

const HOLD_SECONDS = 2;
const SAGA_SECONDS = 10;
/** What every capture takes: longer than a hold. */
const CAPTURE_MS = 2_500;

let oracle: Oracle;
let shop: Shop;
let client: Client;

beforeAll(async () => {
  oracle = await Oracle.open();
  shop = await Shop.open({
    env: {
      ...oracle.env,
      HOLD_SECONDS: String(HOLD_SECONDS),
      HOLD_GRACE_SECONDS: '0',
      EXPIRY_INTERVAL_MS: '100',
      DEADLINE_INTERVAL_MS: '100',
      SAGA_TIMEOUT_SECONDS: String(SAGA_SECONDS),
      RECONCILE_INTERVAL_MS: '100',
      PROVIDER_TIMEOUT_MS: '100',
    },
  });
  client = shop.client();
  await oracle.plan({ kind: 'latency', operation: 'capture', ms: CAPTURE_MS, times: 1_000 });
});
afterAll(async () => {
  await shop?.close();
  await oracle?.close();
});

/** An unpaid order, and a payment of it that ends after the hold. */
async function payingSlowly(sku: string): Promise<OrderView> {
  const { body } = await client.place({ sku });
  const payment = await client.pay(body.id, 'tok_visa', { wait: 0 });
  expect(payment).toMatchObject({ status: 201, body: { orderId: body.id } });
  // On a machine that takes its time nobody knows of the outcome any more when it is looked at.
  expect(payment.body.status).toMatch(/^(?:requested|unknown)$/);
  return body;
}

const lastStep = async (order: OrderView) => (await client.timeline(order.id)).at(-1);

test.concurrent('an order that nobody pays is cancelled when its hold ends, and the stock is free', async () => {
  await client.stocked('UNPAID', 3);
  const { body } = await client.place({ sku: 'UNPAID', quantity: 3 });
  expect(body.status).toBe('awaiting_payment');
  const cancelled = await client.until(body.id, 'cancelled', 10_000);
  expect(cancelled).toMatchObject({ reason: { code: 'payment_expired' }, paymentId: null, expiresAt: null });
  expect(Date.parse(cancelled.updatedAt)).toBeGreaterThanOrEqual(Date.parse(body.expiresAt as string) - 50);
  expect(await client.pay(body.id, 'tok_visa')).toMatchObject({ status: 409 });
  // What was held can be bought: the release may be under way for a moment.
  for (const deadline = Date.now() + 5_000; ; ) {
    const next = await client.place({ sku: 'UNPAID', quantity: 3, method: 'tok_visa' });
    if (next.body.status === 'confirmed' || Date.now() > deadline) {
      expect(next.body.status).toBe('confirmed');
      return;
    }
  }
});

test.concurrent('a payment that is captured after the hold has ended takes the goods that are still there', async () => {
  await client.stocked('STILL-THERE', 1);
  const order = await payingSlowly('STILL-THERE');
  await client.until(order.id, 'confirmed');
  expect(String((await lastStep(order))?.at) > String(order.expiresAt)).toBe(true);
  await shop.books.quiet();
  expect(await client.stock('STILL-THERE')).toMatchObject({ onHand: 0, reserved: 0 });
});

test.concurrent('a payment that is captured after the goods were sold to somebody else is given back', async () => {
  await client.stocked('GONE', 1);
  const order = await payingSlowly('GONE');
  // An authorization is quick: this one keeps its hold.
  let sold: OrderView;
  const deadline = Date.now() + SAGA_SECONDS * 1_000;
  do sold = (await client.place({ sku: 'GONE', method: 'tok_visa', capture: 'manual' })).body;
  while (sold.status === 'rejected' && Date.now() < deadline);
  expect(sold.status).toBe('confirmed');
  const cancelled = await client.until(order.id, 'cancelled');
  expect(cancelled.reason).toMatchObject({ code: 'payment_expired' });
  await shop.books.quiet();
  const payment = await client.payment(cancelled.paymentId as string);
  expect(payment).toMatchObject({ capturedAmount: 1999, refundedAmount: 1999 });
  expect(await client.stock('GONE')).toMatchObject({ onHand: 0, reserved: 0 });
  expect(await lastStep(order)).toMatchObject({ cause: 'payment.refunded.v1', service: 'payment' });
});

test.concurrent('a provider that never answers leaves the order open until its time is up, and takes nothing', async () => {
  await client.stocked('NEVER', 5);
  const begun = Date.now();
  const { body } = await client.place({ sku: 'NEVER', method: 'tok_error', wait: 2 });
  expect(body.status).toBe('pending');
  const cancelled = await client.until(body.id, 'cancelled');
  expect(Date.now() - begun).toBeGreaterThan(SAGA_SECONDS * 1_000 - 100);
  expect(cancelled.reason).toEqual({ code: 'timed_out' });
  await shop.books.quiet();
  const payment = await client.payment(cancelled.paymentId as string);
  expect(payment).toMatchObject({ status: 'declined', capturedAmount: 0, refundedAmount: 0 });
  expect(await client.stock('NEVER')).toMatchObject({ onHand: 5, reserved: 0 });
});

test('the books balance, and those of the provider say the same', async () => {
  await shop.expectSound();
  const entries = await oracle.expectSameBooks(shop);
  expect(entries.filter(({ operation }) => operation === 'refund')).toHaveLength(1);
});
