import { randomUUID } from 'node:crypto';
import { Client } from './client.js';
import { Shop } from './shop.js';

describe.each([1, 3])('with %i of each service', (replicas) => {
  let shop: Shop;
  let client: Client;

  beforeAll(async () => {
    shop = await Shop.open({ replicas: { order: replicas, payment: replicas, stock: replicas } });
    client = new Client(shop.stack);
  });

  afterAll(() => shop?.close());

  test('50 clients who want the last 10 at once get exactly 10', async () => {
    await client.stocked('LAST', 10);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => client.place({ sku: 'LAST', method: 'tok_visa' })),
    );
    const count = (status: string) => answers.filter(({ body }) => body.status === status).length;
    expect({ confirmed: count('confirmed'), rejected: count('rejected') }).toEqual({
      confirmed: 10,
      rejected: 40,
    });
    await shop.quiet();
    expect(await client.stock('LAST')).toMatchObject({ onHand: 0, reserved: 0, available: 0 });
    expect(await shop.violations()).toEqual([]);
  });

  test('50 twins with one key make one order and get equal answers', async () => {
    await client.stocked('TWIN', 100);
    for (const wait of [0, 10]) {
      const key = randomUUID();
      const twins = await Promise.all(
        Array.from({ length: 50 }, () => client.place({ sku: 'TWIN', method: 'tok_visa', key, wait })),
      );
      expect(new Set(twins.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(twins.map(({ text }) => text)).size).toBe(1);
      expect(twins.filter(({ headers }) => headers.get('idempotency-replayed') !== 'true')).toHaveLength(1);
    }
    await shop.quiet();
    expect(await client.stock('TWIN')).toMatchObject({ onHand: 98, reserved: 0 });
    expect(await shop.violations()).toEqual([]);
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
});
