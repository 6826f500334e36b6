import { randomUUID } from 'node:crypto';
import { type OrderView, type ReturnView } from '#contracts';
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

const post = <T = OrderView>(path: string, body?: object, key: string = randomUUID()): Promise<Answer<T>> =>
  client.send('POST', path, body, { 'idempotency-key': key });
const fulfil = (id: string, shipment = {}) => post(`/v1/orders/${id}/fulfil`, shipment);
const cancel = (id: string): Promise<Answer<OrderView>> => client.send('POST', `/v1/orders/${id}/cancel`);
const takeBack = <T = ReturnView>(id: string, body: object, key?: string) =>
  post<T>(`/v1/orders/${id}/returns`, body, key);
const of = (sku: string, quantity: number) => ({ lines: [{ sku, quantity }] });

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

test.each(['automatic', 'manual'] as const)(
  'what has not left of an order with %s capture is cancelled, and its money and stock go back once',
  async (capture) => {
    const sku = `REST-${capture}`;
    await client.stocked(sku, 5);
    const { body } = await client.place({ sku, quantity: 3, method: 'tok_visa', capture });
    await fulfil(body.id, of(sku, 1));
    const answers = await Promise.all(Array.from({ length: 10 }, () => cancel(body.id)));
    for (const { status, body: order } of answers) {
      expect([status, order.status, order.lines[0]?.cancelledQuantity]).toEqual([202, 'fulfilled', 2]);
    }
    expect((await fulfil(body.id)).status).toBe(409);
    await shop.expectSound();
    expect(await client.stock(sku)).toMatchObject({ onHand: 4, reserved: 0 });
    const payment = await client.payment(body.paymentId as string);
    expect(payment).toMatchObject({ status: 'captured', capturedAmount: 5997, refundedAmount: 3998 });
  },
);

test('goods come back: money and stock once for each key, and every return can be read', async () => {
  await client.stocked('BACK', 5);
  const { body } = await client.place({ sku: 'BACK', quantity: 3, method: 'tok_visa' });
  expect(await takeBack<Problem>(body.id, of('BACK', 1))).toMatchObject({
    status: 409,
    body: { type: '/problems/order-not-returnable' },
  });
  await fulfil(body.id);
  const key = randomUUID();
  const damaged = { ...of('BACK', 1), reason: 'damaged', restock: false };
  const first = await takeBack(body.id, damaged, key);
  expect(first).toMatchObject({ status: 201, body: { amount: { amount: 1999 }, restock: false } });
  const again = await takeBack(body.id, damaged, key);
  expect([again.headers.get('idempotency-replayed'), again.text]).toEqual(['true', first.text]);
  const second = await takeBack(body.id, of('BACK', 1));
  expect((await takeBack<Problem>(body.id, of('BACK', 2))).status).toBe(409);
  await shop.expectSound();

  expect(await client.order(body.id)).toMatchObject({
    status: 'fulfilled',
    lines: [{ returnedQuantity: 2 }],
  });
  expect(await client.stock('BACK')).toMatchObject({ onHand: 3 });
  const { refundId } = first.body;
  const refund = await client.read(`/v1/payments/${body.paymentId}/refunds/${refundId}`);
  expect(refund).toMatchObject({ status: 'succeeded', amount: { amount: 1999 }, reason: 'damaged' });
  const path = `/v1/orders/${body.id}/returns`;
  expect(await client.read(first.headers.get('location') as string)).toEqual(first.body);
  const page = await client.read<{ data: object[]; nextCursor: string }>(`${path}?limit=1`);
  const rest = await client.read<{ data: object[] }>(`${path}?limit=1&cursor=${page.nextCursor}`);
  expect([...page.data, ...rest.data]).toEqual([first.body, second.body]);
  expect((await client.send('GET', `${path}/ret_00000000000000000000000000`)).status).toBe(404);
  expect((await client.send('GET', '/v1/orders/ord_00000000000000000000000000/returns')).status).toBe(404);
});

test('cancel, fulfil, return, refund, void and pay racing on one order end in one legal outcome', async () => {
  await client.stocked('RACES', 100);
  const orders = await Promise.all([
    ...Array.from({ length: 8 }, () =>
      client.place({ sku: 'RACES', quantity: 2, method: 'tok_visa', capture: 'manual' }),
    ),
    ...Array.from({ length: 8 }, () => client.place({ sku: 'RACES', quantity: 2 })),
  ]);
  await Promise.all(
    orders.flatMap(({ body: { id, paymentId } }, i) => [
      fulfil(id, of('RACES', 1)),
      ...(paymentId ? [] : [client.pay(id, 'tok_visa', { wait: 0 })]),
      fulfil(id, of('RACES', 1)),
      takeBack(id, of('RACES', 1)),
      ...(paymentId && i % 2 ? [post(`/v1/payments/${paymentId}/void`)] : []),
      ...(paymentId
        ? [post(`/v1/payments/${paymentId}/refunds`, { amount: { amount: 500, currency: 'EUR' } })]
        : []),
      cancel(id),
      takeBack(id, of('RACES', 1)),
    ]),
  );
  await shop.expectSound();
  for (const service of SERVICES) expect(await shop.broker.peek(`${service}.dead`)).toEqual([]);
});

test('shipping, tax and discount are part of the total, and come back with the lines but for the shipping', async () => {
  await client.stocked('EXTRA', 5);
  const adjustments = [
    { kind: 'shipping' as const, name: 'Standard', amount: 490 },
    { kind: 'discount' as const, name: 'Spring', amount: -399 },
  ];
  const order = { sku: 'EXTRA', quantity: 2, method: 'tok_visa', adjustments };
  const { body } = await client.place({ ...order, expectedTotal: { amount: 4089, currency: 'EUR' } });
  expect(body).toMatchObject({ status: 'confirmed', adjustments, total: { amount: 4089 } });
  expect(
    (await client.place({ ...order, expectedTotal: { amount: 3998, currency: 'EUR' } })).body,
  ).toMatchObject({
    status: 'rejected',
    reason: { code: 'total_mismatch' },
  });
  const free = [{ ...adjustments[1], kind: 'discount' as const, name: 'All', amount: -3998 }];
  expect((await client.place({ ...order, adjustments: free })).body.reason).toMatchObject({
    code: 'total_too_small',
  });
  await fulfil(body.id);
  expect(await takeBack(body.id, of('EXTRA', 1))).toMatchObject({ body: { amount: { amount: 1799 } } });
  expect(await takeBack(body.id, of('EXTRA', 1))).toMatchObject({ body: { amount: { amount: 1800 } } });
  await shop.expectSound();
  expect(await client.payment(body.paymentId as string)).toMatchObject({
    capturedAmount: 4089,
    refundedAmount: 3599,
  });
});
