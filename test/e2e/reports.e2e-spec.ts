import { randomUUID } from 'node:crypto';
import { type CloudEvent, type OrderView, type SalesRebuild, type SalesReport } from '#contracts';
import { EVENT_LOG } from '#messaging';
import { type Answer, type Client, type Placing, type Problem } from './client.js';
import { Load } from './load.js';
import { publishTwice } from './published-twice.js';
import { report, salesByDay, salesBySku, summed } from './sales-books.js';
import { Shop } from './shop.js';

const SKUS = ['A', 'B', 'C'];

let shop: Shop;
let client: Client;
beforeAll(async () => {
  shop = await Shop.open({ env: { RECONCILE_INTERVAL_MS: '200' } });
  client = shop.client();
  for (const [i, sku] of SKUS.entries())
    await client.stocked(sku, 100_000, { price: { amount: 333 * (i + 1), currency: 'EUR' } });
});
afterAll(() => shop?.close());

const post = (path: string, body?: object): Promise<Answer<Problem>> =>
  client.send('POST', path, body, { 'idempotency-key': randomUUID() });
const eur = (amount: number) => ({ amount: { amount, currency: 'EUR' } });

/** What may become of a sale afterwards. */
const FATES: readonly ((order: OrderView) => Promise<unknown>)[] = [
  async () => undefined,
  ({ id }) => post(`/v1/orders/${id}/cancel`),
  ({ paymentId }) => post(`/v1/payments/${paymentId}/refunds`, eur(100)),
  async ({ id, paymentId }) => {
    await post(`/v1/payments/${paymentId}/refunds`, eur(50));
    await post(`/v1/payments/${paymentId}/refunds`, eur(51));
    await post(`/v1/orders/${id}/cancel`);
  },
  ({ paymentId }) => post(`/v1/payments/${paymentId}/refunds`),
  ({ id }) => post(`/v1/orders/${id}/fulfil`, {}),
];
/** Of one that is only authorized. */
const MANUAL: typeof FATES = [
  async () => undefined,
  ({ id }) => post(`/v1/orders/${id}/cancel`),
  ({ paymentId }) => post(`/v1/payments/${paymentId}/void`),
  ({ paymentId }) => post(`/v1/payments/${paymentId}/capture`, eur(200)),
  async ({ id, paymentId }) => {
    await post(`/v1/payments/${paymentId}/capture`, eur(201));
    await post(`/v1/orders/${id}/cancel`);
  },
];

const METHODS: readonly (string | undefined)[] = [
  'tok_visa',
  'tok_visa',
  'tok_declined',
  'tok_unknown',
  undefined,
];
const isManual = (n: number) => n % 3 === 1;
const order = (n: number): Placing => {
  const method = METHODS[n % METHODS.length];
  const lines = [
    { sku: SKUS[n % 3] as string, quantity: (n % 4) + 1 },
    { sku: SKUS[(n + 1) % 3] as string, quantity: 1 },
  ];
  return { lines, ...(method && { method, capture: isManual(n) ? 'manual' : 'automatic' }) };
};

/** Nobody reads the log until the lease ends. */
const lease = (end: 'infinity' | '-infinity') =>
  shop.books.rows('order', `update event_log_reader set holder = 'nobody', lease_until = '${end}'`);

async function expectReportLikeBooks(): Promise<void> {
  await shop.books.quiet();
  const byDay = await report(client, 'day');
  expect(summed(byDay)).toEqual(await salesByDay(shop));
  const bySku = await report(client, 'sku');
  const rows = bySku.data.map(({ sku, orders, units, gross }) => ({
    sku,
    orders,
    units,
    gross: gross.amount,
  }));
  expect(rows).toEqual(await salesBySku(shop));
  const { gross, returned } = summed(bySku);
  expect({ gross, returned }).toEqual({ gross: summed(byDay).gross, returned: summed(byDay).returned });
}

describe('the report on sales', () => {
  test('says what the books say, whatever became of the orders, was published twice, or died in the middle', async () => {
    const load = new Load(client, { orders: 180, clients: 12, order });
    await load.reached(60);
    const fates = fulfil(load, 0, 60);
    await load.reached(100);
    await shop.stack.of('order').kill();
    await shop.stack.of('order').start();
    const rebuilding = await client.send<SalesRebuild>('POST', '/v1/reports/sales/rebuild');
    expect(rebuilding.status).toBe(202);
    await load.done();
    await fates;
    await fulfil(load, 60, 180);
    await publishTwice(shop.broker.url, 80);
    await load.done();
    expect(load.unexpected).toEqual([]);
    await shop.expectSound();
    await expectReportLikeBooks();
    const { orders, cancelledOrders, returned } = summed(await report(client, 'day'));
    expect(orders).toBeGreaterThan(80);
    expect(cancelledOrders).toBeGreaterThan(10);
    expect(returned).toBeGreaterThan(0);
  });

  test('counts once what is published twice before anybody has read it', async () => {
    await lease('infinity');
    const load = new Load(client, { orders: 20, clients: 4, order });
    await load.done();
    await publishTwice(shop.broker.url, 40);
    await lease('-infinity');
    await shop.expectSound();
    await expectReportLikeBooks();
  });

  test('can be made anew while orders come in, and is the same', async () => {
    const load = new Load(client, { orders: 60, clients: 8, endless: true, order });
    await load.reached(20);
    const before = await generation();
    // The second one finds the first under way.
    await lease('infinity');
    await client.send('POST', '/v1/reports/sales/rebuild');
    await client.send('POST', '/v1/reports/sales/rebuild');
    await lease('-infinity');
    await until('it is made', async () => (await rebuild()).status === 'done');
    await load.done();
    await shop.expectSound();
    expect(await generation()).toBe(before + 1);
    await expectReportLikeBooks();
    const { messages, counted } = await rebuild();
    expect(counted).toBe(messages);
  });

  test('keeps what it was made of only so long, and is the same when it is made anew after that', async () => {
    const before = await report(client, 'day');
    await shop.books.rows('order', `update event_log set at = at - interval '31 days' where position <= 40`);
    await shop.stack.of('order').stop();
    await shop.stack.of('order').start();
    await until('the oldest are gone', async () => {
      const [row] = await shop.books.rows<{ first: string }>(
        'order',
        'select min(position) as first from event_log',
      );
      return Number(row?.first) > 40;
    });
    const { status } = await client.send('POST', '/v1/reports/sales/rebuild');
    expect(status).toBe(202);
    await until('it is made', async () => (await rebuild()).status === 'done');
    expect((await report(client, 'sku')).data.length).toBe(SKUS.length);
    expect(summed(await report(client, 'day'))).toEqual(summed(before));
  });

  test('goes on when another process has to take over the reading', async () => {
    const second = await shop.stack.add('order');
    const { rows } = await shop.books.pools.order.query('select holder from event_log_reader');
    await shop.stack.of('order').stop();
    await client.place({ sku: 'A', method: 'tok_visa' });
    await expectReportLikeBooks();
    const [now] = await shop.books.rows<{ holder: string }>('order', 'select holder from event_log_reader');
    expect(now?.holder).not.toBe(rows[0]?.holder);
    await shop.stack.of('order').start();
    await second.stop();
  });

  test('goes on when the log has been made anew, with the first event of the new one', async () => {
    await shop.stack.of('order').stop();
    await shop.broker.manage('DELETE', `/api/queues/${shop.broker.vhost}/${EVENT_LOG}`);
    await shop.stack.of('order').start();
    await shop.stack.of('gateway').ready();
    for (let i = 0; i < 3; i++) await client.place({ sku: 'A', method: 'tok_visa' });
    await expectReportLikeBooks();
  });

  test('comes in pages', async () => {
    const all = await report(client, 'sku');
    const { from, to } = all;
    const path = `/v1/reports/sales?from=${from}&to=${to}&by=sku&limit=1`;
    const found: unknown[] = [];
    for (let cursor = ''; ; ) {
      const page = await client.read<SalesReport>(`${path}${cursor}`);
      found.push(...page.data);
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(found).toEqual(all.data);
  });

  test.each([
    ['from=2026-02-30&to=2026-03-01', '/query/from'],
    ['from=2026-03-02&to=2026-03-01', '/query/to'],
    ['from=2025-01-01&to=2026-03-01', '/query/to'],
    ['from=2026-03-01&to=2026-03-01&by=week', '/query/by'],
  ])('is refused for %s, by name', async (query, pointer) => {
    const { status, body } = await client.send('GET', `/v1/reports/sales?${query}`);
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });
});

describe('the list of events', () => {
  interface Page {
    readonly data: readonly CloudEvent[];
    readonly nextCursor: string | null;
  }

  async function all(query: string): Promise<CloudEvent[]> {
    const found: CloudEvent[] = [];
    for (let cursor = ''; ; ) {
      const page = await client.read<Page>(`/v1/events?${query}${cursor}`);
      found.push(...page.data);
      if (page.nextCursor === null) return found;
      cursor = `&cursor=${page.nextCursor}`;
    }
  }

  test('has each once, in pages of any size, also while more happen', async () => {
    await report(client, 'day');
    const whole = await all('limit=100');
    expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length);
    const load = new Load(client, { orders: 30, clients: 4, order });
    const pages = await all('limit=7');
    await load.done();
    expect(pages.slice(0, whole.length)).toEqual(whole);
    // However long the pages took: something happens after the last of them.
    await client.place({ sku: 'A', method: 'tok_visa' });
    await shop.expectSound();
    await report(client, 'day');
    const last = pages.at(-1)?.id;
    const later = await all(`after=${last}`);
    expect([...pages, ...later]).toEqual(await all('limit=100'));
    expect(later.length).toBeGreaterThan(0);
  });

  test('is one of CloudEvents, and can be asked for one type', async () => {
    const placed = await client.place({ sku: 'A', method: 'tok_visa' });
    await shop.books.quiet();
    await report(client, 'day');
    const confirmed = await all('type=order.confirmed.v1&limit=50');
    expect(confirmed.every(({ type }) => type === 'order.confirmed.v1')).toBe(true);
    expect(confirmed.at(-1)).toMatchObject({
      specversion: '1.0',
      source: '/waybill/order',
      subject: placed.body.id,
      datacontenttype: 'application/json',
      data: { orderId: placed.body.id, total: { amount: 333, currency: 'EUR' } },
    });
  });

  test.each([
    ['type=nonsense', '/query/type'],
    ['after=msg_1', '/query/after'],
    [`after=msg_${'0'.repeat(26)}.0`, '/query/after'],
    ['limit=0', '/query/limit'],
  ])('is refused for %s, by name', async (query, pointer) => {
    const { status, body } = await client.send('GET', `/v1/events?${query}`);
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });
});

/** Each of these orders meets its fate. */
async function fulfil(load: Load, from: number, to: number): Promise<void> {
  await load.reached(to);
  for (const [n, id] of [...load.accepted].filter(([number]) => number >= from && number < to)) {
    if (METHODS[n % METHODS.length] !== 'tok_visa') continue;
    const fates = isManual(n) ? MANUAL : FATES;
    const placed = await client.order(id).catch(() => undefined);
    if (placed) await fates[n % fates.length]?.(placed).catch(() => undefined);
  }
}

async function generation(): Promise<number> {
  const [row] = await shop.books.rows<{ generation: number }>(
    'order',
    'select generation from event_log_reader',
  );
  return row?.generation ?? 0;
}

const rebuild = (): Promise<SalesRebuild> => client.read('/v1/reports/sales/rebuild');

async function until(what: string, holds: () => Promise<boolean>, ms = 30_000): Promise<void> {
  for (
    const deadline = Date.now() + ms;
    !(await holds());
    await new Promise((resolve) => setTimeout(resolve, 100))
  ) {
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
  }
}
