import { randomUUID } from 'node:crypto';
import { type ServiceName } from '#contracts';
import { Client } from './client.js';
import { Load } from './load.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({ env: { RECONCILE_INTERVAL_MS: '500' } });
  client = new Client(shop.stack);
  for (const sku of ['A', 'B', 'C']) await client.stocked(sku, 100_000);
});

afterAll(() => shop?.close());

/** Every order that was accepted exists once and has settled; none exists that nobody asked for. */
async function expectNothingLost(load: Load): Promise<void> {
  await load.done();
  await shop.quiet();
  const { rows } = await shop.pools.order.query<{ id: string; phase: string }>(
    'select id, phase from orders',
  );
  const phases = new Map(rows.map(({ id, phase }) => [id, phase]));
  const lost = load.accepted.filter(
    (id) => !['confirmed', 'cancelled', 'rejected'].includes(phases.get(id) ?? 'missing'),
  );
  expect(lost).toEqual([]);
  expect(new Set(load.accepted).size).toBe(load.accepted.length);
  expect(load.unexpected).toEqual([]);
  expect(await shop.violations()).toEqual([]);
}

test.each<ServiceName>(['order', 'payment', 'stock'])(
  'a kill -9 of %s in the middle of 200 orders loses and doubles nothing',
  async (service) => {
    const load = new Load(client, { orders: 200, clients: 16, skus: ['A', 'B', 'C'] });
    await load.reached(60);
    await shop.stack.of(service).kill();
    await shop.stack.of(service).start();
    await expectNothingLost(load);
    expect(load.accepted.length).toBe(200);
  },
);

test.each<'gateway' | ServiceName>(['gateway', 'order', 'payment', 'stock'])(
  'SIGTERM to %s under load fails no request but those that the gateway refuses, and exits cleanly',
  async (service) => {
    const load = new Load(client, { orders: 200, clients: 8, skus: ['A', 'B', 'C'] });
    await load.reached(60);
    expect(await shop.stack.of(service).stop()).toBe(0);
    await shop.stack.of(service).start();
    await expectNothingLost(load);
    const allowed = service === 'gateway' ? ['ECONNREFUSED', 'ECONNRESET', '503'] : ['503'];
    expect(load.failures.filter((failure) => !allowed.includes(failure))).toEqual([]);
  },
);

test('a service that is down is answered for at once with 503, and says when to try again', async () => {
  await shop.stack.of('order').stop();
  const before = Date.now();
  const answer = await client.place({ sku: 'A', method: 'tok_visa' });
  expect(answer).toMatchObject({ status: 503, body: { type: '/problems/service-unavailable' } });
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(Date.now() - before).toBeLessThan(1_500);
  await shop.stack.of('order').start();
});

test('a service that is stuck is answered for at the deadline, and does not carry the request out afterwards', async () => {
  const key = randomUUID();
  const service = shop.stack.of('order');
  service.signal('SIGSTOP');
  const stuck = await client.place({ sku: 'A', method: 'tok_visa', key, wait: 0 });
  expect(stuck).toMatchObject({ status: 504, body: { type: '/problems/outcome-unknown' } });
  const { rowCount: before } = await shop.pools.order.query('select 1 from orders');
  service.signal('SIGCONT');
  await service.ready();
  await shop.quiet();
  const { rowCount: after } = await shop.pools.order.query('select 1 from orders');
  expect(after).toBe(before);
  const again = await client.place({ sku: 'A', method: 'tok_visa', key });
  expect(again).toMatchObject({ status: 201, body: { status: 'confirmed' } });
});
