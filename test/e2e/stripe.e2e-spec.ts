import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type OrderView, type PaymentView, type RefundView } from '#contracts';
import { textIn } from '../../apps/payment/test/stripe/form.js';
import { eventOf, signedEvent } from '../../apps/payment/test/stripe/signed-event.js';
import { StripeStandIn } from '../../apps/payment/test/stripe/stand-in.js';
import { type Client } from './client.js';
import { reconcileByHand } from './reconcile.js';
import { Shop } from './shop.js';
import { newSecret } from './webhooks/signed.js';

const SKU = 'TEA-STRIPE';
const PRICE = 1_999;
const SECRET = newSecret();

let stripe: StripeStandIn;
let shop: Shop;
let client: Client;

beforeAll(async () => {
  stripe = await StripeStandIn.start();
  shop = await Shop.open({
    env: {
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_BASE_URL: stripe.url,
      STRIPE_WEBHOOK_SECRETS: SECRET,
      PROVIDER_TIMEOUT_MS: '500',
      RECONCILE_INTERVAL_MS: '100',
      PROVIDER_BREAKER_FAILURES: '5',
      PROVIDER_BREAKER_PAUSE_MS: '200',
    },
  });
  client = shop.client();
  await client.stocked(SKU, 1_000);
});

/** The books of all three services and across them, and those of Stripe, after every test. */
afterEach(async () => {
  await shop.expectSound();
  const { rows } = await shop.books.pools.payment.query<{ words: string }>(
    `select payment_id || ' ' || operation || ' ' || amount || ' ' || lower(currency) as words from ledger_transfers`,
  );
  expect(inStripe().sort()).toEqual(rows.map(({ words }) => words).sort());
});

afterAll(async () => {
  await shop?.close();
  await stripe?.close();
});

/** What has moved, by the stand-in's own objects and not through our adapter. */
function inStripe(): string[] {
  const { intents, refunds } = stripe.account;
  const taken = [...intents.values()].filter((intent) => intent.amount_received > 0);
  return [
    ...taken.map(
      (one) => `${textIn(one.metadata, 'paymentId')} capture ${one.amount_received} ${one.currency}`,
    ),
    ...[...refunds.values()].map(
      (one) => `${textIn(one.metadata, 'paymentId')} refund ${one.amount} ${one.currency}`,
    ),
  ];
}

const eur = (amount: number) => ({ amount: { amount, currency: 'EUR' } });
const keyed = () => ({ 'idempotency-key': randomUUID(), prefer: 'wait=10' });

async function place(capture: 'automatic' | 'manual' = 'automatic', method = 'tok_visa') {
  const lines = [{ sku: SKU, quantity: 1 }];
  const body = { customerId: 'cus_1', currency: 'EUR', lines, payment: { method, capture } };
  const { id, status, paymentId } = (await client.send<OrderView>('POST', '/v1/orders', body, keyed())).body;
  return { orderId: id, status, path: `/v1/payments/${paymentId}` };
}
const read = async (path: string) => (await client.send<PaymentView>('GET', path)).body;

async function reaches(path: string, status: string): Promise<PaymentView> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await read(path);
    if (found.status === status) return found;
    if (Date.now() > deadline) throw new Error(`${path} is ${found.status}, not ${status}`);
    await pause(50);
  }
}

test('an order is paid, and nothing of the secret key is in any log or answer', async () => {
  const { status, path } = await place();
  expect(status).toBe('confirmed');
  const paid = await read(path);
  expect(paid).toMatchObject({ status: 'captured', capturedAmount: PRICE });
  const written = shop.stack.processes.map(({ log }) => log).join('');
  expect(written).not.toContain(stripe.secretKey);
});

test.each(['tok_declined', 'tok_insufficient_funds', 'tok_nobody_has_this'])(
  '%s declines',
  async (method) => {
    const { status, path } = await place('automatic', method);
    expect(status).toBe('cancelled');
    expect(await read(path)).toMatchObject({ status: 'declined', capturedAmount: 0 });
  },
);

test('a manual payment is captured in part, and refunded in two parts', async () => {
  const { path } = await place('manual');
  expect(await read(path)).toMatchObject({ status: 'authorized', capturedAmount: 0 });
  await client.send('POST', `${path}/capture`, eur(500), keyed());
  await reaches(path, 'captured');
  for (const amount of [200, 300]) {
    const refund = await client.send<RefundView>('POST', `${path}/refunds`, eur(amount), keyed());
    expect(refund.body).toMatchObject({ status: 'succeeded', ...eur(amount) });
  }
  expect(await read(path)).toMatchObject({ capturedAmount: 500, refundedAmount: 500, refundableAmount: 0 });
});

test('a manual payment is voided', async () => {
  const { path } = await place('manual');
  await client.send('POST', `${path}/void`, undefined, keyed());
  await reaches(path, 'voided');
});

test.each(['automatic', 'manual'] as const)(
  'a cancelled order gives back what it took: %s',
  async (capture) => {
    const { orderId } = await place(capture);
    await client.send('POST', `/v1/orders/${orderId}/cancel`, undefined, keyed());
  },
);

test.each(['automatic', 'manual'] as const)('an answer that was lost settles once: %s', async (capture) => {
  const { path } = await place(capture, 'tok_unknown');
  const settled = await reaches(path, capture === 'manual' ? 'authorized' : 'captured');
  expect([...stripe.account.intents.values()].filter(of(settled))).toHaveLength(1);
  if (capture === 'automatic') return;
  stripe.faults.plan({ kind: 'silent_after', operation: 'capture', ms: 1_000 });
  await client.send('POST', `${path}/capture`, undefined, keyed());
  await reaches(path, 'captured');
});

test('refunds, faults and limits of Stripe end where they should', async () => {
  const { path } = await place();
  stripe.faults.plan({ kind: 'silent_after', operation: 'refund', ms: 1_000 });
  const refund = await client.send<RefundView>('POST', `${path}/refunds`, eur(100), keyed());
  expect(refund.body).toMatchObject({ status: 'succeeded' });
  stripe.answerNext(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'slow down' });
  stripe.answerNext(409, { type: 'invalid_request_error', code: 'lock_timeout', message: 'locked' });
  stripe.answerNext(500, { type: 'api_error', message: 'oh' });
  stripe.answerNext(401, { type: 'invalid_request_error', message: 'Invalid API Key' });
  const next = await place();
  await reaches(next.path, 'captured');
});

test('a refund that Stripe does not move to the last unit is refused by name, and another is made', async () => {
  const sku = 'TEA-DINAR';
  await client.stocked(sku, 1, { price: { amount: 5_120, currency: 'KWD' } });
  const lines = [{ sku, quantity: 1 }];
  const body = { customerId: 'cus_1', currency: 'KWD', lines, payment: { method: 'tok_visa' } };
  const { paymentId } = (await client.send<OrderView>('POST', '/v1/orders', body, keyed())).body;
  const refund = (amount: number) =>
    client.send<RefundView & { errors?: { pointer: string }[] }>(
      'POST',
      `/v1/payments/${paymentId}/refunds`,
      { amount: { amount, currency: 'KWD' } },
      keyed(),
    );
  const refused = await refund(1_005);
  expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([422, '/amount/amount']);
  expect((await refund(1_000)).body).toMatchObject({ status: 'succeeded' });
});

test('an outage opens the breaker, shows in the details of /health/ready, and everything settles after it', async () => {
  await stripe.close();
  const placed = await Promise.all(Array.from({ length: 20 }, () => placeLater()));
  const payment = shop.stack.of('payment');
  const state = () => payment.metric('waybill_provider_breaker_state', { kind: 'call' });
  await until(async () => (await state()) === 2);
  const ready = await fetch(`${payment.url}/health/ready`);
  expect(ready.status).toBe(200);
  const { details } = (await ready.json()) as { details: object };
  expect(details).toEqual({ 'breaker of the provider': expect.stringMatching(/open/) });
  await stripe.restart();
  for (const { paymentId } of placed) await reaches(`/v1/payments/${paymentId}`, 'captured');
  await until(async () => (await state()) === 0);
});

test('npm run reconcile finds no difference from the balance of Stripe', async () => {
  expect(await reconcileByHand(shop, '--json')).toEqual({ code: 0, out: '' });
});

async function placeLater(): Promise<{ paymentId: string }> {
  const lines = [{ sku: SKU, quantity: 1 }];
  const body = { customerId: 'cus_1', currency: 'EUR', lines, payment: { method: 'tok_visa' } };
  const headers = { 'idempotency-key': randomUUID(), prefer: 'wait=1' };
  const { id } = (await client.send<OrderView>('POST', '/v1/orders', body, headers)).body;
  for (const deadline = Date.now() + 20_000; ; await pause(50)) {
    const { paymentId } = await client.order(id);
    if (paymentId) return { paymentId };
    if (Date.now() > deadline) throw new Error('the order names no payment');
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come about');
    await pause(50);
  }
}

const of =
  ({ id }: PaymentView) =>
  ({ metadata }: { readonly metadata: object }) =>
    'paymentId' in metadata && metadata.paymentId === id;

test('hears what Stripe has signed, and nobody else', async () => {
  const { path } = await place();
  const { id } = await read(path);
  const intent = [...stripe.account.intents.values()].find((one) => textIn(one.metadata, 'paymentId') === id);
  const event = eventOf('payment_intent.succeeded', intent as object);
  const call = async (secret: string): Promise<number> => {
    const { raw, headers } = signedEvent(event, secret, Math.floor(Date.now() / 1_000));
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: raw };
    return (await fetch(`${shop.stack.url}/v1/webhooks/stripe`, init)).status;
  };
  expect(await call(newSecret())).toBe(401);
  expect(await call(SECRET)).toBe(204);
  const sql = `select payment_id as "paymentId", type from webhook_events where provider = 'stripe'`;
  expect(await shop.books.rows('payment', sql)).toEqual([
    { paymentId: id, type: 'payment_intent.succeeded' },
  ]);
  expect((await read(path)).status).toBe('captured');
});
