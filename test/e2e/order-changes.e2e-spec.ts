import { randomUUID } from 'node:crypto';
import { type OrderView } from '#contracts';
import { SERVICES } from './books.js';
import { type Answer, type Client, type Problem } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open();
  client = shop.client();
});

afterAll(() => shop?.close());

const change = <T = OrderView>({ id, version }: OrderView, body: object): Promise<Answer<T>> =>
  client.send('PUT', `/v1/orders/${id}/lines`, body, { 'if-match': `"${version}"` });
const lines = (sku: string, quantity: number) => [{ sku, quantity }];

test('the lines of an unpaid order are replaced, held and priced anew, and then paid for', async () => {
  await client.stocked('OLD', 5);
  await client.stocked('NEW', 5, { price: { amount: 500, currency: 'EUR' } });
  const key = randomUUID();
  const placed = await client.place({ sku: 'OLD', quantity: 2, key });
  const changed = await change(placed.body, {
    lines: lines('NEW', 3),
    expectedTotal: { amount: 1500, currency: 'EUR' },
  });
  expect(changed).toMatchObject({
    status: 200,
    body: { status: 'awaiting_payment', total: { amount: 1500 }, expiresAt: placed.body.expiresAt },
  });
  expect(changed.body.lines).toMatchObject([{ sku: 'NEW', quantity: 3, unitPrice: { amount: 500 } }]);
  expect([await client.stock('OLD'), await client.stock('NEW')]).toMatchObject([
    { reserved: 0 },
    { reserved: 3 },
  ]);

  const again = await client.place({ sku: 'OLD', quantity: 2, key });
  expect([again.headers.get('idempotency-replayed'), again.text]).toEqual(['true', placed.text]);
  expect(await client.paid(placed.body.id, 'tok_visa')).toMatchObject({ capturedAmount: 1500 });
  expect(await change<Problem>(await client.order(placed.body.id), { lines: lines('OLD', 1) })).toMatchObject(
    {
      status: 409,
      body: { type: '/problems/order-not-changeable' },
    },
  );
  await shop.expectSound();
});

test('a change that cannot be is refused by name, and the order is as it was', async () => {
  await client.stocked('SHORT', 3);
  const { body } = await client.place({ sku: 'SHORT', quantity: 2 });
  const url = `/v1/orders/${body.id}/lines`;
  expect(await client.send('PUT', url, { lines: lines('SHORT', 1) })).toMatchObject({
    status: 428,
    body: { type: '/problems/if-match-missing' },
  });
  expect(await change<Problem>({ ...body, version: 1 }, { lines: lines('SHORT', 1) })).toMatchObject({
    status: 412,
  });
  expect(await change<Problem>(body, { lines: lines('SHORT', 4) })).toMatchObject({
    status: 409,
    body: {
      type: '/problems/order-change-refused',
      reason: 'out_of_stock',
      errors: [{ pointer: '/lines/0' }],
    },
  });
  const expectedTotal = { amount: 1, currency: 'EUR' };
  const mismatch = await change<Problem>(await client.order(body.id), {
    lines: lines('SHORT', 3),
    expectedTotal,
  });
  expect(mismatch).toMatchObject({ status: 409, body: { reason: 'total_mismatch' } });
  expect(await client.order(body.id)).toMatchObject({
    status: 'awaiting_payment',
    lines: body.lines,
    total: body.total,
  });
  expect(await client.stock('SHORT')).toMatchObject({ reserved: 2 });
  await shop.expectSound();
});

test('change, pay and cancel racing on one order end in one legal outcome', async () => {
  await client.stocked('SWAP', 200);
  const orders = await Promise.all(
    Array.from({ length: 12 }, () => client.place({ sku: 'SWAP', quantity: 2 })),
  );
  await Promise.all(
    orders.flatMap(({ body }, i) => [
      change(body, { lines: lines('SWAP', 3) }),
      change(body, { lines: lines('SWAP', 1) }),
      client.pay(body.id, 'tok_visa', { wait: 0 }),
      ...(i % 2 ? [client.send('POST', `/v1/orders/${body.id}/cancel`)] : []),
    ]),
  );
  await shop.expectSound();
  for (const service of SERVICES) expect(await shop.broker.peek(`${service}.dead`)).toEqual([]);
});
