import { type Client } from './client.js';
import { Oracle } from './oracle.js';
import { Shop } from './shop.js';
import { answer } from './webhooks/customer.js';
import { Line } from './webhooks/line.js';
import { newSecret } from './webhooks/signed.js';

const SKU = 'TEA-TELLS';
const AT_ONCE = 20;

let line: Line;
let oracle: Oracle;
let shop: Shop;
let client: Client;

beforeAll(async () => {
  line = await Line.open();
  const secret = newSecret();
  oracle = await Oracle.open({
    SANDBOX_WEBHOOK_URL: line.url,
    SANDBOX_WEBHOOK_SECRET: secret,
    SANDBOX_ACTION_SECONDS: '12',
    SANDBOX_AUTHORIZATION_SECONDS: '12',
  });
  // What happens within half a minute does so because the provider has told of it.
  const env = {
    ...oracle.env,
    SANDBOX_WEBHOOK_SECRETS: `${newSecret()},${secret}`,
    RECONCILE_INTERVAL_MS: '60000',
  };
  shop = await Shop.open({ env });
  line.connect(shop.stack.url);
  client = shop.client();
  await client.stocked(SKU, 1_000);
});
afterEach(() => oracle.expectSameBooks(shop));
afterAll(async () => {
  await shop?.close();
  await oracle?.close();
  await line?.close();
});

async function placed(capture: 'automatic' | 'manual' = 'automatic') {
  const { body } = await client.place({ sku: SKU, method: 'tok_3ds', capture });
  return { id: body.id, payment: await client.payment(body.paymentId ?? '') };
}

test('a provider that was killed with -9 still knows whom it has asked, and tells what she has decided', async () => {
  const [approved, declined] = [await placed(), await placed()];
  await oracle.sandbox.kill();
  await oracle.sandbox.restart();
  expect(await answer(approved.payment, 'approve')).toMatch('approved');
  await answer(declined.payment, 'decline');
  await client.until(approved.id, 'confirmed', 30_000);
  await client.until(declined.id, 'cancelled', 30_000);
  await shop.expectSound();
});

test(`of ${AT_ONCE} orders that are cancelled while she approves, its books and ours say the same`, async () => {
  const orders = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, i) => placed(i % 2 ? 'automatic' : 'manual')),
  );
  await Promise.all(
    orders.flatMap(({ id, payment }) => [
      answer(payment, 'approve'),
      client.send('POST', `/v1/orders/${id}/cancel`),
    ]),
  );
  await shop.expectSound();
});

test('a customer who has let her time pass, and an authorization that has ended, are told of', async () => {
  const waiting = await placed();
  const { body: authorized } = await client.place({ sku: SKU, method: 'tok_visa', capture: 'manual' });
  const { expiresAt } = await client.payment(authorized.paymentId ?? '');
  expect(Date.parse(expiresAt ?? '') - Date.now()).toBeLessThan(12_000 + 50);
  const ended = await client.until(waiting.id, 'cancelled', 30_000);
  expect(ended.reason).toMatchObject({ code: 'payment_declined', detail: 'action_expired' });
  expect((await client.until(authorized.id, 'cancelled', 30_000)).reason).toMatchObject({
    code: 'payment_expired',
  });
  expect((await client.payment(authorized.paymentId ?? '')).status).toBe('expired');
  await shop.expectSound();
});
