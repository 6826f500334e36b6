import { randomUUID } from 'node:crypto';
import { type OrderView } from '#contracts';
import { type Answer, type Client } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open();
  client = shop.client();
});

afterAll(() => shop?.close());

const post = <T = OrderView>(path: string, body?: object): Promise<Answer<T>> =>
  client.send('POST', path, body, { 'idempotency-key': randomUUID() });
const fulfil = (id: string, shipment = {}) => post(`/v1/orders/${id}/fulfil`, shipment);

test('an order that is only authorized is captured when the first of it leaves, once', async () => {
  await client.stocked('MANUAL', 5);
  const { body } = await client.place({ sku: 'MANUAL', quantity: 2, method: 'tok_visa', capture: 'manual' });
  expect(await client.payment(body.paymentId as string)).toMatchObject({ status: 'authorized' });
  expect(await fulfil(body.id, { lines: [{ sku: 'MANUAL', quantity: 1 }] })).toMatchObject({ status: 200 });
  expect(await fulfil(body.id)).toMatchObject({ status: 200, body: { status: 'fulfilled' } });
  await shop.expectSound();
  const payment = await client.payment(body.paymentId as string);
  expect(payment).toMatchObject({ status: 'captured', capturedAmount: 3998 });
});

test('void and fulfil racing on one order end with the money taken, or with an order that says it is gone', async () => {
  await client.stocked('VOID', 20);
  const orders = await Promise.all(
    Array.from({ length: 8 }, () => client.place({ sku: 'VOID', method: 'tok_visa', capture: 'manual' })),
  );
  await Promise.all(
    orders.flatMap(({ body }) => [fulfil(body.id), post(`/v1/payments/${body.paymentId}/void`)]),
  );
  await shop.expectSound();
});
