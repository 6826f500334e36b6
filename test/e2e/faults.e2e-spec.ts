import { randomUUID } from 'node:crypto';
import { type ServiceName } from '#contracts';
import { type ProcessName } from '#testing';
import { SERVICES } from './books.js';
import { type Client } from './client.js';
import { withFullHands } from './full-hands.js';
import { Load } from './load.js';
import { expectNothingLost } from './nothing-lost.js';
import { Shop } from './shop.js';

const SKUS = ['A', 'B', 'C'];
/** Bundles that a service may have in hand: the prefetch of its queue of commands or events. */
const IN_HAND = 64;

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({ env: { RECONCILE_INTERVAL_MS: '200' } });
  client = shop.client();
  for (const sku of SKUS) await client.stocked(sku, 100_000);
});
afterAll(() => shop?.close());

/** Half of the clients don't wait: so there is always something in hand, everywhere. */
const order = (n: number) => ({
  sku: SKUS[n % SKUS.length] as string,
  method: 'tok_visa',
  wait: n % 2 === 0 ? 0 : 2,
});

async function ordersIn(): Promise<number> {
  return (await shop.books.rows('order', 'select 1 from orders')).length;
}

describe('a kill -9 in the middle of 200 orders', () => {
  const KILLS: readonly (readonly ProcessName[])[] = [
    ['order'],
    ['payment'],
    ['stock'],
    SERVICES,
    ['gateway'],
  ];
  const stories = new Map<readonly ProcessName[], { readonly load: Load; readonly redelivered: number }>();

  /** One after the other. What the dead have left behind is found ten seconds later, for all of them together. */
  beforeAll(async () => {
    for (const victims of KILLS) {
      const load = new Load(client, { orders: 200, clients: 16, order });
      await load.reached(60);
      const services = SERVICES.filter((service) => victims.includes(service));
      await withFullHands(shop, services, () =>
        Promise.all(victims.map((name) => shop.stack.of(name).kill())),
      );
      await Promise.all(victims.map((name) => shop.stack.of(name).start()));
      await load.done();
      const [first] = victims as [ProcessName];
      const redelivered = await shop.stack.of(first).metric('waybill_messages_redelivered_total');
      stories.set(victims, { load, redelivered });
    }
  }, 600_000);

  test.each(KILLS.map((victims) => [victims.join(', '), victims] as const))(
    'of %s loses and doubles nothing',
    async (_, victims) => {
      const { load } = stories.get(victims) ?? {};
      await expectNothingLost(shop, load as Load);
      expect(load?.accepted.size).toBe(200);
    },
  );

  test('delivers again what the dead had in hand, and no more', () => {
    for (const [victims, { redelivered }] of stories) {
      const isOneService = victims.length === 1 && victims[0] !== 'gateway';
      if (isOneService) expect(redelivered).toBeGreaterThan(0);
      expect(redelivered).toBeLessThanOrEqual(IN_HAND);
    }
  });
});

describe('a service that is down', () => {
  test.each<[ServiceName, (asking: Client) => Promise<{ status: number; headers: Headers; body: unknown }>]>([
    ['order', (asking) => asking.place({ sku: 'A', method: 'tok_visa' })],
    ['payment', (asking) => asking.send('GET', `/v1/payments/pay_${'0'.repeat(26)}`)],
    ['stock', (asking) => asking.send('GET', '/v1/stock/A')],
  ])('%s is answered for at once with 503, and says when to try again', async (service, ask) => {
    await shop.stack.of(service).stop();
    try {
      const before = performance.now();
      const answer = await ask(client);
      const ms = performance.now() - before;
      expect(answer).toMatchObject({ status: 503, body: { type: '/problems/service-unavailable', service } });
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      // The deadline of a call is three seconds.
      expect(ms).toBeLessThan(2_500);
      expect((await fetch(`${shop.stack.url}/health/ready`)).status).toBe(503);
    } finally {
      await shop.stack.of(service).start();
    }
    await shop.stack.of('gateway').ready();
  });

  test('stock and payment may be down while an order is placed: it goes through when they are back', async () => {
    await Promise.all([shop.stack.of('stock').stop(), shop.stack.of('payment').stop()]);
    const placed = await client.place({ sku: 'A', method: 'tok_visa', wait: 1 });
    expect(placed).toMatchObject({ status: 201, body: { status: 'pending' } });
    await Promise.all([shop.stack.of('stock').start(), shop.stack.of('payment').start()]);
    await client.until(placed.body.id, 'confirmed');
    await shop.stack.of('gateway').ready();
  });
});

describe('a service that is stuck', () => {
  test('is answered for at the deadline, and does not carry the request out afterwards', async () => {
    const placing = { sku: 'A', method: 'tok_visa', key: randomUUID() };
    const service = shop.stack.of('order');
    const before = await ordersIn();
    service.signal('SIGSTOP');
    const begun = performance.now();
    const stuck = await client.place({ ...placing, wait: 0 });
    const ms = performance.now() - begun;
    service.signal('SIGCONT');
    expect(stuck).toMatchObject({
      status: 504,
      body: { type: '/problems/outcome-unknown', service: 'order' },
    });
    expect(stuck.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(ms).toBeGreaterThan(2_900);
    expect(ms).toBeLessThan(10_000);
    // What comes after it in the queue is handled: so it has been seen, and dropped.
    await client.until((await client.place({ sku: 'A', method: 'tok_visa' })).body.id, 'confirmed');
    expect(await ordersIn()).toBe(before + 1);

    const again = await client.place(placing);
    expect(again).toMatchObject({ status: 201, body: { status: 'confirmed' } });
    expect(again.headers.get('idempotency-replayed')).toBeNull();
  });

  test('but goes on later: the answer is unknown, and a retry with the same key finds the truth', async () => {
    const placing = { sku: 'A', method: 'tok_visa', key: randomUUID() };
    const before = await ordersIn();
    const holder = await shop.books.pools.order.connect();
    let stuck: Awaited<ReturnType<Client['place']>>;
    try {
      await holder.query('begin');
      await holder.query('lock table idempotency_keys in exclusive mode');
      stuck = await client.place(placing);
    } finally {
      await holder.query('rollback');
      holder.release();
    }
    expect(stuck).toMatchObject({ status: 504, body: { type: '/problems/outcome-unknown' } });
    const again = await client.place(placing);
    expect(again).toMatchObject({ status: 201, body: { status: 'confirmed' } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await ordersIn()).toBe(before + 1);
  });
});

test('the books balance', () => shop.expectSound());
