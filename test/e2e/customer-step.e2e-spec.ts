import { setTimeout as pause } from 'node:timers/promises';
import { type PaymentView } from '#contracts';
import { type Client } from './client.js';
import { Shop } from './shop.js';
import { answer } from './webhooks/customer.js';
import { Line } from './webhooks/line.js';
import { newSecret } from './webhooks/signed.js';

const SKU = 'TEA-3DS';
const AT_ONCE = 20;

let line: Line;
let shop: Shop;
let client: Client;

beforeAll(async () => {
  line = await Line.open();
  // Nobody asks the provider by itself for 16 s: what is settled sooner, its webhook has settled.
  const env = { SANDBOX_WEBHOOK_SECRETS: newSecret(), SANDBOX_WEBHOOK_URL: line.url };
  shop = await Shop.open({ replicas: { payment: 2, order: 2 }, env });
  line.connect(shop.stack.url);
  client = shop.client();
  await client.stocked(SKU, 1_000);
});
afterEach(() => shop.expectSound());
afterAll(async () => {
  await shop?.close();
  await line?.close();
});

/** An order that waits for its customer. */
async function placed(capture: 'automatic' | 'manual' = 'automatic') {
  const { status, body } = await client.place({ sku: SKU, method: 'tok_3ds', capture });
  expect([status, body.status]).toEqual([201, 'pending']);
  return { id: body.id, payment: await client.payment(body.paymentId ?? '') };
}

async function paymentUntil(id: string, status: PaymentView['status'], timeoutMs = 10_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const payment = await client.payment(id);
    if (payment.status === status) return payment;
    if (Date.now() > deadline) throw new Error(`${id} is still ${payment.status} after ${timeoutMs} ms`);
    await pause(50);
  }
}

const causes = async (paymentId: string) => {
  const sql = 'select cause from payment_history where payment_id = $1 order by version';
  return (await shop.books.rows<{ cause: string }>('payment', sql, [paymentId])).map(({ cause }) => cause);
};

test('a placement says at once that the customer is needed, and is confirmed when she has approved', async () => {
  const startedAt = performance.now();
  const { id, payment } = await placed();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(payment).toMatchObject({
    status: 'requires_action',
    capturedAmount: 0,
    nextAction: { type: 'redirect', url: expect.stringMatching(/^http:\/\//) },
  });
  expect(Date.parse(payment.expiresAt ?? '') - Date.now()).toBeLessThan(300_000 + 50);

  expect(await answer(payment, 'approve')).toMatch('approved');
  await client.until(id, 'confirmed', 10_000);
  const paid = await client.payment(payment.id);
  expect(paid).toMatchObject({
    status: 'captured',
    capturedAmount: 1_999,
    nextAction: null,
    expiresAt: null,
  });
  expect(await causes(payment.id)).toEqual([
    'payment.charge.v1',
    'payment.provider_action_needed',
    'payment.hinted',
    'payment.provider_succeeded',
  ]);
});

test('one that she declines is cancelled, and its stock goes back', async () => {
  const before = await client.stock(SKU);
  const { id, payment } = await placed();
  await answer(payment, 'decline');
  const { reason } = await client.until(id, 'cancelled', 10_000);
  expect(reason).toMatchObject({ code: 'payment_declined', detail: 'authentication_failed' });
  await shop.books.quiet();
  expect(await client.stock(SKU)).toMatchObject({ onHand: before.onHand, reserved: before.reserved });
});

test('a payment of an order that awaits one asks her too, and after she has declined another may be tried', async () => {
  const { body } = await client.place({ sku: SKU });
  const payment = await client.paid(body.id, 'tok_3ds');
  expect(payment.status).toBe('requires_action');
  expect(await client.pay(body.id, 'tok_visa')).toMatchObject({ status: 409 });
  await answer(payment, 'decline');
  await paymentUntil(payment.id, 'declined');
  await shop.books.quiet();
  expect((await client.paid(body.id, 'tok_visa')).status).toBe('captured');
  await client.until(body.id, 'confirmed');
});

test('a manual payment is authorized by her, and captured without her', async () => {
  const { id, payment } = await placed('manual');
  await answer(payment, 'approve');
  await client.until(id, 'confirmed', 10_000);
  expect(await paymentUntil(payment.id, 'authorized')).toMatchObject({ nextAction: null });
  const captured = await client.send<PaymentView>('POST', `/v1/payments/${payment.id}/capture`);
  expect(captured.body.status).toBe('captured');
});

test('a cancel calls her step off: what she approves after that is nothing', async () => {
  const { id, payment } = await placed();
  expect((await client.send('POST', `/v1/orders/${id}/cancel`)).status).toBe(202);
  await paymentUntil(payment.id, 'declined');
  expect(await answer(payment, 'approve')).toMatch('not approved (called_off)');
  await shop.books.quiet();
  expect(await client.payment(payment.id)).toMatchObject({ status: 'declined', capturedAmount: 0 });
  expect((await client.order(id)).reason).toMatchObject({ code: 'requested' });
});

test(`of ${AT_ONCE} orders that are cancelled while she approves, none keeps money, and none is cancelled twice`, async () => {
  const orders = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, i) => placed(i % 2 ? 'automatic' : 'manual')),
  );
  await Promise.all(
    orders.flatMap(({ id, payment }, i) => [
      pause(i % 5).then(() => client.send('POST', `/v1/orders/${id}/cancel`)),
      answer(payment, 'approve'),
    ]),
  );
  await shop.books.quiet();
  for (const { id, payment } of orders) {
    expect((await client.order(id)).status).toBe('cancelled');
    const { capturedAmount, refundedAmount, status: ended } = await client.payment(payment.id);
    expect([refundedAmount, ['declined', 'voided', 'captured'].includes(ended)]).toEqual([
      capturedAmount,
      true,
    ]);
  }
});

test('an event is sent until it is taken, and once more: it is heeded once', async () => {
  const { id, payment } = await placed();
  line.failNext(2, payment.id);
  await answer(payment, 'approve');
  await client.until(id, 'confirmed', 10_000);
  const deadline = Date.now() + 10_000;
  const passed = () => line.passedAbout(payment.id);
  while (passed().length < 2 && Date.now() < deadline) await pause(50);
  expect(passed()).toEqual([passed()[0], passed()[0]]);
  expect((await causes(payment.id)).filter((cause) => cause === 'payment.hinted')).toHaveLength(1);
});
