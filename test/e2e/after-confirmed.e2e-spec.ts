import { randomUUID } from 'node:crypto';
import { type OrderView } from '#contracts';
import { type Answer, type Client, type Problem } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open();
  client = shop.client();
});

afterAll(() => shop?.close());

const cancel = (id: string, headers = {}): Promise<Answer<OrderView>> =>
  client.send('POST', `/v1/orders/${id}/cancel`, undefined, headers);
const fulfil = <T = OrderView>(id: string, shipment = {}, key: string = randomUUID()): Promise<Answer<T>> =>
  client.send('POST', `/v1/orders/${id}/fulfil`, shipment, { 'idempotency-key': key });

test.each([
  ['before it is paid', undefined, 'awaiting_payment'],
  ['when it is paid', 'tok_visa', 'confirmed'],
])('an order cancelled %s gives back its stock and its money', async (when, method, status) => {
  const sku = `CANCEL-${when.length}`;
  await client.stocked(sku, 5);
  const placed = await client.place({ sku, quantity: 2, ...(method && { method }) });
  expect(placed.body.status).toBe(status);
  const answer = await cancel(placed.body.id);
  expect(answer).toMatchObject({ status: 202, body: { status: 'cancelled', reason: { code: 'requested' } } });
  await shop.expectSound();
  expect(await client.stock(sku)).toMatchObject({ onHand: 5, reserved: 0 });
  if (!method) return;
  expect(await client.payment(placed.body.paymentId as string)).toMatchObject({ refundedAmount: 3998 });
});

test('an order cancelled while its payment is under way keeps nothing of what is taken afterwards', async () => {
  await client.stocked('SLOW', 5);
  const placed = await client.place({ sku: 'SLOW', method: 'tok_slow', wait: 0 });
  expect((await cancel(placed.body.id)).status).toBe(202);
  await shop.expectSound();
  expect(await client.stock('SLOW')).toMatchObject({ onHand: 5, reserved: 0 });
});

test('20 clients who cancel one order at once all get it cancelled, and the money goes back once', async () => {
  await client.stocked('TWENTY', 5);
  const { body } = await client.place({ sku: 'TWENTY', method: 'tok_visa' });
  const answers = await Promise.all(Array.from({ length: 20 }, () => cancel(body.id)));
  expect(new Set(answers.map(({ status, body: { status: order } }) => `${status} ${order}`))).toEqual(
    new Set(['202 cancelled']),
  );
  await shop.expectSound();
  expect(await client.payment(body.paymentId as string)).toMatchObject({ refundedAmount: 1999 });
});

test('a cancel insists on the version it was given, and a rejected order is refused', async () => {
  await client.stocked('FEW', 1);
  const { body } = await client.place({ sku: 'FEW', method: 'tok_visa' });
  expect(await cancel(body.id, { 'if-match': '"1"' })).toMatchObject({ status: 412 });
  const { body: rejected } = await client.place({ sku: 'FEW', quantity: 9, method: 'tok_visa' });
  expect(await cancel(rejected.id)).toMatchObject({
    status: 409,
    body: { type: '/problems/order-not-cancellable' },
  });
  expect(await cancel('ord_00000000000000000000000000')).toMatchObject({ status: 404 });
});

test('an order leaves line by line, and is fulfilled when nothing is left', async () => {
  await client.stocked('SHIP', 10);
  const { body } = await client.place({ sku: 'SHIP', quantity: 3, method: 'tok_visa' });
  const key = randomUUID();
  const part = { lines: [{ sku: 'SHIP', quantity: 1 }], carrier: 'Post', trackingNumber: 'LX 1' };
  const first = await fulfil(body.id, part, key);
  expect(first).toMatchObject({
    status: 200,
    body: { status: 'confirmed', lines: [{ fulfilledQuantity: 1 }] },
  });
  const again = await fulfil(body.id, part, key);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.text).toBe(first.text);
  expect(await fulfil<Problem>(body.id, { lines: [{ sku: 'SHIP', quantity: 3 }] })).toMatchObject({
    status: 409,
  });
  expect(await fulfil(body.id)).toMatchObject({
    body: { status: 'fulfilled', lines: [{ fulfilledQuantity: 3 }] },
  });
  expect(await cancel(body.id)).toMatchObject({ status: 409 });
  const steps = await client.timeline(body.id);
  expect(steps.at(-2)?.detail).toMatchObject({ shipment: { carrier: 'Post', trackingNumber: 'LX 1' } });
  await shop.expectSound();
});

test('an order leaves as a whole when nothing is said of its lines, not even in a body', async () => {
  await client.stocked('WHOLE', 2);
  const { body } = await client.place({ sku: 'WHOLE', quantity: 2, method: 'tok_visa' });
  const key = { 'idempotency-key': randomUUID() };
  const path = `/v1/orders/${body.id}/fulfil`;
  const whole = await client.send<OrderView>('POST', path, undefined, key);
  expect(whole).toMatchObject({
    status: 200,
    body: { status: 'fulfilled', lines: [{ fulfilledQuantity: 2 }] },
  });
  // No body says what an empty one does.
  const again = await client.send<OrderView>('POST', path, {}, key);
  expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([
    200,
    'true',
    whole.body,
  ]);
});

test('cancel, fulfil and pay racing on one order end in one legal outcome', async () => {
  await client.stocked('RACE', 100);
  const orders = await Promise.all(Array.from({ length: 12 }, () => client.place({ sku: 'RACE' })));
  await Promise.all(
    orders.flatMap(({ body: { id } }) => [
      client.send(
        'POST',
        '/v1/payments',
        { orderId: id, method: 'tok_visa' },
        { 'idempotency-key': randomUUID() },
      ),
      cancel(id),
      fulfil(id),
    ]),
  );
  await shop.expectSound();
  const ends = await Promise.all(orders.map(async ({ body }) => (await client.order(body.id)).status));
  expect(ends.filter((status) => !['cancelled', 'confirmed', 'fulfilled'].includes(status))).toEqual([]);
});
