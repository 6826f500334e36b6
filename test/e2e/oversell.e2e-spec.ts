import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type OrderView } from '#contracts';
import { type Answer, type Client, type Placing } from './client.js';
import { Shop } from './shop.js';

const PATIENCE_MS = 30_000;

describe.each([1, 3])('with %i of each service', (replicas) => {
  let shop: Shop;
  let client: Client;

  beforeAll(async () => {
    shop = await Shop.open({ replicas: { order: replicas, payment: replicas, stock: replicas } });
    client = shop.client();
  });
  afterAll(() => shop?.close());

  /** A database that takes its time to let more connections in makes a 503: nothing has happened, and who is told so asks again. */
  async function place(placing: Placing): Promise<Answer<OrderView>> {
    const patient = { ...placing, key: placing.key ?? randomUUID() };
    for (const deadline = Date.now() + PATIENCE_MS; ; await pause(50)) {
      const answer = await client.place(patient);
      if (answer.status !== 503 || Date.now() > deadline) return answer;
    }
  }

  test('50 clients who want the last 10 at once get exactly 10', async () => {
    await client.stocked('LAST', 10);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => place({ sku: 'LAST', method: 'tok_visa' })),
    );
    const count = (status: string) => answers.filter(({ body }) => body.status === status).length;
    expect({ confirmed: count('confirmed'), rejected: count('rejected') }).toEqual({
      confirmed: 10,
      rejected: 40,
    });
    for (const rejected of answers.filter(({ body }) => body.status === 'rejected')) {
      expect(rejected.body.reason).toMatchObject({
        code: 'out_of_stock',
        items: [{ sku: 'LAST', requested: 1 }],
      });
    }
    await shop.expectSound();
    expect(await client.stock('LAST')).toMatchObject({ onHand: 0, reserved: 0, available: 0 });
  });

  test.each([0, 10])(
    '50 twins with one key that wait %i s make one order and get equal answers',
    async (wait) => {
      const sku = `TWIN-${wait}`;
      await client.stocked(sku, 100);
      const twin = { sku, method: 'tok_visa', key: randomUUID(), wait };
      const twins = await Promise.all(Array.from({ length: 50 }, () => place(twin)));
      expect(new Set(twins.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(twins.map(({ text }) => text)).size).toBe(1);
      expect(new Set(twins.map(({ headers }) => headers.get('location'))).size).toBe(1);
      expect(twins.filter(({ headers }) => headers.get('idempotency-replayed') !== 'true')).toHaveLength(1);
      await shop.expectSound();
      expect(await client.stock(sku)).toMatchObject({ onHand: 99, reserved: 0 });
    },
  );

  test('50 twins of one adjustment count once', async () => {
    await client.stocked('COUNT', 1);
    const headers = { 'idempotency-key': randomUUID() };
    const adjust = () =>
      client.send('POST', '/v1/stock/COUNT/adjustments', { delta: 5, reason: 'received' }, headers);
    const twins = await Promise.all(Array.from({ length: 50 }, adjust));
    expect(new Set(twins.map(({ text }) => text)).size).toBe(1);
    expect(await client.stock('COUNT')).toMatchObject({ onHand: 6 });
  });

  test('50 twins of one payment pay once', async () => {
    await client.stocked('PAID', 1);
    const { body: order } = await client.place({ sku: 'PAID' });
    const key = randomUUID();
    const twins = await Promise.all(
      Array.from({ length: 50 }, () => client.pay(order.id, 'tok_visa', { key })),
    );
    expect(new Set(twins.map(({ status }) => status))).toEqual(new Set([201]));
    const [paid, ...others] = new Set(twins.map(({ body }) => body.id));
    expect(others).toEqual([]);
    expect((await client.untilPaid(paid as string)).status).toBe('captured');
    await client.until(order.id, 'confirmed');
    await shop.expectSound();
  });

  test('50 clients who pay one order at once with keys of their own pay it once', async () => {
    await client.stocked('RACE', 1);
    const { body: order } = await client.place({ sku: 'RACE' });
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.pay(order.id, 'tok_visa')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49);
    await shop.expectSound();
  });

  test('a key that was used for another body is refused, and a missing one too', async () => {
    await client.stocked('KEY', 10);
    const key = randomUUID();
    await client.place({ sku: 'KEY', quantity: 1, key });
    expect(await client.place({ sku: 'KEY', quantity: 2, key })).toMatchObject({
      status: 422,
      body: { type: '/problems/idempotency-key-reused' },
    });
    const body = { customerId: 'c', currency: 'EUR', lines: [{ sku: 'KEY', quantity: 1 }] };
    expect(await client.send('POST', '/v1/orders', body)).toMatchObject({
      status: 400,
      body: { type: '/problems/idempotency-key-missing' },
    });
  });

  test('a key means nothing to another caller, and nothing on another route', async () => {
    await client.stocked('CALLER', 10);
    const placing = { sku: 'CALLER', method: 'tok_visa', key: randomUUID() };
    const mine = await client.place(placing);
    const theirs = await shop.client({ apiKey: shop.stack.otherApiKey }).place(placing);
    expect(theirs).toMatchObject({ status: 201, body: { status: 'confirmed' } });
    expect(theirs.headers.get('idempotency-replayed')).toBeNull();
    expect(theirs.body.id).not.toBe(mine.body.id);

    const { body: unpaid } = await client.place({ sku: 'CALLER' });
    const paid = await client.pay(unpaid.id, 'tok_visa', { key: placing.key });
    expect(paid).toMatchObject({ status: 201, body: { orderId: unpaid.id } });
    expect((await client.untilPaid(paid.body.id)).status).toBe('captured');
  });
});
