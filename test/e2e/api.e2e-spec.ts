import { randomUUID } from 'node:crypto';
import { type OrderView, type ProductView } from '#contracts';
import { type Client } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({ env: { TEST_CLOCK: 'true' } });
  client = shop.client();
  await client.stocked('TEA', 1_000);
});
afterAll(() => shop?.close());

/** Without a key, and without a judge. */
const open = (path: string, init: RequestInit = {}) => fetch(`${shop.stack.url}${path}`, init);

/** A path that is right in form, to nothing that is there. */
const ofNobody = (path: string) =>
  path
    .replace('{sku}', 'NOTHING')
    .replace('orders/{id}', `orders/ord_${'0'.repeat(26)}`)
    .replace('payments/{id}', `payments/pay_${'0'.repeat(26)}`);

describe('a key', () => {
  const UNKNOWN = `Bearer wb_test_${'x'.repeat(32)}`;
  test.each([
    ['no key', {}],
    ['an unknown key', { authorization: UNKNOWN }],
    ['another scheme', { authorization: 'Basic dGVzdDp0ZXN0' }],
    ['an empty key', { authorization: 'Bearer ' }],
    ['a key that is too long', { authorization: `Bearer ${'x'.repeat(300)}` }],
  ])('is needed on every route that says so: %s is answered with 401', async (_, headers) => {
    for (const { method, path, operation } of shop.document.routes) {
      // Signed calls of providers.
      if (operation.security.length === 0) continue;
      const target = path.replaceAll(/\{\w+\}/g, 'x');
      const answer = await open(target, { method, headers });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await answer.json()).toMatchObject({
        type: '/problems/unauthorized',
        status: 401,
        instance: target,
      });
    }
  });
});

describe('what is open to all', () => {
  test.each([
    ['/health/live', 'application/json', '"ok"'],
    ['/health/ready', 'application/json', '"stock":"ok"'],
    ['/metrics', 'text/plain', 'waybill_http_request_duration_seconds_bucket'],
    ['/openapi.json', 'application/json', '"openapi":"3.1.0"'],
    ['/docs', 'text/html', '<html'],
  ])('%s is served', async (path, type, part) => {
    const answer = await open(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain(type);
    expect((await answer.text()).replaceAll('": "', '":"')).toContain(part);
  });

  test('the page of the reference loads nothing from another host', async () => {
    const page = await (await open('/docs')).text();
    const sources = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source as string);
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      expect(source).not.toMatch(/^(?:https?:)?\/\//);
      expect((await open(new URL(source, `${shop.stack.url}/docs`).pathname)).status).toBe(200);
    }
  });

  test('every process tells its health and its metrics', async () => {
    for (const service of shop.stack.processes) {
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
      expect(await service.metric('process_cpu_seconds_total')).toBeGreaterThan(0);
    }
    const handled = await shop.stack.of('stock').metric('waybill_messages_total', { result: 'ok' });
    expect(handled).toBeGreaterThanOrEqual(2);
  });
});

describe('a version', () => {
  test('of an order, a payment and a level is its ETag: who knows it gets 304', async () => {
    const { body } = await client.place({ sku: 'TEA', method: 'tok_visa' });
    await shop.books.quiet();
    for (const path of [`/v1/orders/${body.id}`, `/v1/payments/${body.paymentId}`, '/v1/stock/TEA']) {
      const { headers, text } = await client.send('GET', path);
      const etag = headers.get('etag') as string;
      expect(etag).toBe(`"${JSON.parse(text).version}"`);
      for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
        const unchanged = await client.send('GET', path, undefined, { 'if-none-match': known });
        expect([unchanged.status, unchanged.text, unchanged.headers.get('etag')]).toEqual([304, '', etag]);
      }
      expect((await client.send('GET', path, undefined, { 'if-none-match': '"0"' })).status).toBe(200);
    }
  });

  test('of a product guards it: who has read another one gets 412', async () => {
    const product = (name: string) => ({ name, price: { amount: 100, currency: 'EUR' } });
    const put = (name: string, headers: object = {}) =>
      client.send<ProductView>('PUT', '/v1/products/GUARDED', product(name), headers);
    const created = await put('one');
    expect([created.status, created.headers.get('location')]).toEqual([201, '/v1/products/GUARDED']);
    const first = created.headers.get('etag') as string;
    const replaced = await put('two', { 'if-match': first });
    expect([replaced.status, replaced.body.name]).toEqual([200, 'two']);
    const late = await put('three', { 'if-match': first });
    expect(late).toMatchObject({ status: 412, body: { type: '/problems/version-mismatch' } });
    const racing = replaced.headers.get('etag') as string;
    const race = await Promise.all(['four', 'five', 'six'].map((name) => put(name, { 'if-match': racing })));
    expect(race.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412]);
    const winner = race.find(({ status }) => status === 200)?.body.name;
    expect(await client.read<ProductView>('/v1/products/GUARDED')).toMatchObject({ name: winner });
  });

  test('of what is not there yet lets a product be created, and nothing be replaced', async () => {
    const put = (name: string) => {
      const product = { name, price: { amount: 100, currency: 'EUR' } };
      return client.send<ProductView>('PUT', '/v1/products/CREATED', product, { 'if-none-match': '*' });
    };
    const race = await Promise.all(['one', 'two', 'three'].map(put));
    expect(race.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 412, 412]);
    const winner = race.find(({ status }) => status === 201)?.body.name;
    expect(await put('four')).toMatchObject({ status: 412, body: { type: '/problems/version-mismatch' } });
    expect(await client.read<ProductView>('/v1/products/CREATED')).toMatchObject({
      name: winner,
      version: 1,
    });
  });

  test('that any will do is no condition, and one that is weak never holds', async () => {
    const { body } = await client.place({ sku: 'TEA' });
    const cancel = (tag: string) =>
      client.send('POST', `/v1/orders/${body.id}/cancel`, undefined, { 'if-match': tag });
    const weak = await cancel(`W/"${body.version}"`);
    expect(weak).toMatchObject({ status: 412, body: { type: '/problems/version-mismatch' } });
    expect((await cancel('*')).status).toBe(202);
  });

  test('is looked at on the routes that list it; on others it is refused, and on a read ignored', async () => {
    await shop.books.quiet();
    const before = await client.stock('TEA');
    for (const { method, path, operation } of shop.document.routes) {
      const listed = operation.parameters.map(({ name }) => name.toLowerCase());
      const body = operation.requestBody?.content['application/json']?.example;
      for (const condition of ['if-match', 'if-none-match']) {
        // No ETag at all: whoever looks at it says so.
        const headers = { 'idempotency-key': randomUUID(), [condition]: 'none' };
        const answer = await client.send(method, ofNobody(path), body, headers);
        const [fault] = answer.body?.errors ?? [];
        const isIgnored = fault?.pointer !== `/headers/${condition}`;
        const said = isIgnored ? 'ignored' : /not evaluated/.test(fault.detail) ? 'refused' : 'looked at';
        const isLenient = method === 'GET' && condition === 'if-none-match';
        const due = isLenient ? 'ignored' : listed.includes(condition) ? 'looked at' : 'refused';
        expect([method, path, condition, said]).toEqual([method, path, condition, due]);
      }
    }
    expect(await client.stock('TEA')).toEqual(before);
  });

  test('of a product is not moved by what is sold of it', async () => {
    await client.stocked('SOLD', 10);
    const before = (await client.send('GET', '/v1/products/SOLD')).headers.get('etag') as string;
    const { body } = await client.place({ sku: 'SOLD', method: 'tok_visa' });
    expect(body.status).toBe('confirmed');
    // What is sold leaves the stock after the order has been confirmed.
    await shop.books.quiet();
    const replacement = { name: 'Sold out soon', price: { amount: 300, currency: 'EUR' } };
    const put = await client.send<ProductView>('PUT', '/v1/products/SOLD', replacement, {
      'if-match': before,
    });
    expect(put).toMatchObject({ status: 200, body: { version: 2, stock: { onHand: 9 } } });
    const read = await client.send<ProductView>('GET', '/v1/products/SOLD');
    expect([read.headers.get('etag'), read.body.version]).toEqual(['"2"', 2]);
  });
});

describe('the list of orders', () => {
  interface Page {
    readonly data: OrderView[];
    readonly nextCursor: string | null;
  }
  const page = (query: Record<string, string>) =>
    client.read<Page>(`/v1/orders?${new URLSearchParams(query).toString()}`);

  async function walk(query: Record<string, string>): Promise<string[]> {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { data, nextCursor }: Page = await page({ ...query, ...(cursor && { cursor }) });
      expect(data.length).toBeLessThanOrEqual(Number(query.limit ?? 20));
      seen.push(...data.map(({ id }) => id));
      cursor = nextCursor;
    }
    return seen;
  }
  const place = async (customerId: string, more: object = {}) =>
    (await client.place({ sku: 'TEA', wait: 0, customerId, ...more })).body.id;

  test('has the newest first and goes on where it stopped, while others keep ordering', async () => {
    const customerId = `cus_${randomUUID()}`;
    const placed: string[] = [];
    for (let i = 0; i < 25; i++) placed.push(await place(customerId));
    let walking = true;
    const others = (async () => {
      while (walking) await place(customerId);
    })();
    const seen = await walk({ customerId, limit: '4' });
    walking = false;
    await others;
    expect(seen.filter((id) => placed.includes(id))).toEqual(placed.toReversed());
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('can be narrowed by customer, status and time', async () => {
    const customerId = `cus_${randomUUID()}`;
    const unpaid = await place(customerId);
    const { id: paid, createdAt } = (await client.place({ sku: 'TEA', customerId, method: 'tok_visa' })).body;
    await client.until(unpaid, 'awaiting_payment');
    expect(await walk({ customerId })).toEqual([paid, unpaid]);
    expect(await walk({ customerId, status: 'confirmed' })).toEqual([paid]);
    expect(await walk({ customerId, status: 'awaiting_payment' })).toEqual([unpaid]);
    expect(await walk({ customerId, status: 'cancelled' })).toEqual([]);
    expect(await walk({ customerId, createdBefore: createdAt })).toEqual([unpaid]);
    const { createdAt: first } = await client.order(unpaid);
    expect(await walk({ customerId, createdAfter: first })).toEqual([paid]);
    expect(await walk({ customerId: 'cus_nobody' })).toEqual([]);
  });

  test('finds the order of a payment, also of one that was declined, and orders of a SKU', async () => {
    const sku = `SKU-${randomUUID()}`;
    await client.stocked(sku, 10);
    const customerId = `cus_${randomUUID()}`;
    const { id } = (await client.place({ sku, customerId })).body;
    const other = await place(customerId);
    const declined = (await client.paid(id, 'tok_declined')).id;
    const paid = (await client.paid(id, 'tok_visa')).id;
    for (const paymentId of [declined, paid]) expect(await walk({ paymentId })).toEqual([id]);
    expect(await walk({ paymentId: paid, status: 'cancelled' })).toEqual([]);
    expect(await walk({ paymentId: `pay_${'0'.repeat(26)}` })).toEqual([]);
    expect(await walk({ sku })).toEqual([id]);
    expect(await walk({ sku, customerId })).toEqual([id]);
    expect(await walk({ sku: 'TEA', customerId })).toEqual([other]);
    const rejected = (await client.place({ sku, quantity: 1_000, customerId })).body;
    expect(rejected.status).toBe('rejected');
    expect(await walk({ sku })).toEqual([rejected.id, id]);
  });

  test('takes only cursors of its own, unchanged, with the same filters', async () => {
    const customerId = `cus_${randomUUID()}`;
    for (let i = 0; i < 2; i++) await place(customerId);
    const cursor = (await page({ customerId, limit: '1' })).nextCursor as string;
    expect((await page({ customerId, limit: '5', cursor })).data).toHaveLength(1);
    const products = await client.read<Page>('/v1/products?limit=1');
    const flipped = `${cursor.slice(0, -2)}${cursor.at(-2) === 'A' ? 'B' : 'A'}${cursor.slice(-1)}`;
    for (const [path, bad] of [
      ['/v1/orders', cursor],
      [`/v1/orders?customerId=${customerId}&status=pending`, cursor],
      [`/v1/orders?customerId=${customerId}&sku=TEA`, cursor],
      [`/v1/orders?customerId=${customerId}`, flipped],
      [`/v1/orders?customerId=${customerId}`, products.nextCursor ?? 'x'],
      [`/v1/orders?customerId=${customerId}`, `${cursor}=`],
      ['/v1/products', cursor],
    ] as const) {
      const answer = await client.send(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(bad)}`,
      );
      expect(answer).toMatchObject({ status: 400, body: { type: '/problems/cursor-invalid' } });
      expect(answer.body.errors?.[0]?.pointer).toBe('/query/cursor');
    }
  });
});

test('a path that is not there and a method that a path does not have are told apart', async () => {
  const missing = await client.send('GET', '/v1/nothing');
  expect(missing).toMatchObject({
    status: 404,
    body: { type: '/problems/route-not-found', instance: '/v1/nothing' },
  });
  const method = await client.send('DELETE', '/v1/orders');
  expect(method).toMatchObject({ status: 405, body: { type: '/problems/method-not-allowed' } });
  expect(method.headers.get('allow')).toContain('POST');
});

test('a request keeps the id that it brings, and gets one when it brings none', async () => {
  const mine = await client.send('GET', '/v1/orders', undefined, { 'x-request-id': 'req-of-a-client-1' });
  expect(mine.headers.get('x-request-id')).toBe('req-of-a-client-1');
  const { headers, body } = await client.send('GET', '/v1/nothing');
  expect(headers.get('x-request-id')).toMatch(/^req_/);
  expect(body.requestId).toBe(headers.get('x-request-id'));
});
