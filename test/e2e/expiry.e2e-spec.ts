import { type PaymentView } from '#contracts';
import { type Client } from './client.js';
import { Shop } from './shop.js';

const SKU = 'TEA-LATE';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  // No webhooks here: whatever ends, ends by the clock of the database.
  const env = { SANDBOX_ACTION_SECONDS: '1', AUTHORIZATION_SECONDS: '2', RECONCILE_INTERVAL_MS: '100' };
  shop = await Shop.open({ replicas: { payment: 2 }, env });
  client = shop.client();
  await client.stocked(SKU, 100);
});
afterEach(() => shop.expectSound());
afterAll(() => shop?.close());

const manual = async () => {
  const { body } = await client.place({ sku: SKU, method: 'tok_visa', capture: 'manual' });
  expect(body.status).toBe('confirmed');
  return { id: body.id, path: `/v1/payments/${body.paymentId}` };
};
const read = (path: string) => client.read<PaymentView>(path);

test('a customer who takes no step lets her payment decline, and the order is cancelled', async () => {
  const { body } = await client.place({ sku: SKU, method: 'tok_3ds' });
  const { reason } = await client.until(body.id, 'cancelled', 15_000);
  expect(reason).toMatchObject({ code: 'payment_declined', detail: 'action_expired' });
  await shop.books.quiet();
  expect(await client.stock(SKU)).toMatchObject({ reserved: 0 });
});

test('an authorization that nobody captures in time expires: the order is cancelled, and its stock goes back', async () => {
  const before = await client.stock(SKU);
  const { id, path } = await manual();
  const authorized = await read(path);
  expect(authorized.status).toBe('authorized');
  const standsFor = Date.parse(authorized.expiresAt ?? '') - Date.parse(authorized.updatedAt);
  expect(standsFor).toBe(2_000);

  const { reason } = await client.until(id, 'cancelled', 15_000);
  expect(reason).toMatchObject({ code: 'payment_expired' });
  await shop.books.quiet();
  expect(await read(path)).toMatchObject({ status: 'expired', expiresAt: null, capturedAmount: 0 });
  expect(await client.stock(SKU)).toMatchObject({ onHand: before.onHand, reserved: before.reserved });
  const late = await client.send('POST', `${path}/capture`);
  expect(late).toMatchObject({ status: 409, body: { type: '/problems/payment-not-capturable' } });
  expect(await client.send('POST', `${path}/void`)).toMatchObject({ status: 409 });
});

test('an authorization that was captured in time does not', async () => {
  const { id, path } = await manual();
  expect((await client.send<PaymentView>('POST', `${path}/capture`)).body.status).toBe('captured');
  // Another one that is as old has gone by then.
  const witness = await manual();
  await client.until(witness.id, 'cancelled', 15_000);
  expect(await read(path)).toMatchObject({ status: 'captured', expiresAt: null });
  expect((await client.order(id)).status).toBe('confirmed');
});

test('of authorizations that are captured as they expire, each is one or the other', async () => {
  const orders = await Promise.all(Array.from({ length: 20 }, manual));
  const first = await read(orders[0]?.path ?? '');
  while (Date.now() < Date.parse(first.expiresAt ?? '') - 150)
    await new Promise((next) => setTimeout(next, 10));
  await Promise.all(
    orders.map(async ({ path }, i) => {
      await new Promise((next) => setTimeout(next, i * 20));
      return client.send('POST', `${path}/capture`);
    }),
  );
  await shop.books.quiet();
  for (const { id, path } of orders) {
    const [order, payment] = [await client.order(id), await read(path)];
    expect(['confirmed captured', 'cancelled expired']).toContain(`${order.status} ${payment.status}`);
  }
});
