import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import * as fc from 'fast-check';
import { type ImportView, isFreeText, type ProductView } from '#contracts';
import { type Client } from './client.js';
import { Shop } from './shop.js';

const EXPORTS = '/v1/stock/exports';
const TYPES = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open();
  client = shop.client();
});
afterAll(() => shop?.close());
afterEach(() => shop.expectSound());

async function importRows(body: string, type: string): Promise<ImportView> {
  const headers = { 'content-type': type, 'idempotency-key': randomUUID() };
  const {
    status,
    text,
    body: view,
  } = await client.send<ImportView>('POST', '/v1/stock/imports', body, headers);
  if (status !== 200) throw new Error(text);
  return view;
}

async function exported(format: 'csv' | 'ndjson'): Promise<string> {
  const { status, text, headers } = await client.send('GET', `${EXPORTS}?format=${format}`);
  expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([200, TYPES[format]]);
  expect(headers.get('content-disposition')).toBe(`attachment; filename="stock.${format}"`);
  return text;
}

const ndjson = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const rowsIn = (text: string): { sku: string }[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

async function products(): Promise<ProductView[]> {
  const all: ProductView[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path: string = `/v1/products?limit=100${cursor && `&cursor=${cursor}`}`;
    const page: { data: ProductView[]; nextCursor: string | null } = await client.read(path);
    all.push(...page.data);
    cursor = page.nextCursor;
  }
  return all;
}

test('what was exported is imported again without a change, whatever names hold', async () => {
  const hard = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom('"', ',', "'", '=', '-', '@', ' ', '\u2028', '茶'),
      minLength: 1,
      maxLength: 6,
    }),
  );
  const names = fc.sample(hard, 600).filter((name) => isFreeText(name, 200));
  const rows = names.map((name, i) => ({
    sku: `TRIP-${i}`,
    name,
    price: i + 1,
    currency: ['EUR', 'JPY', 'KWD'][i % 3],
    active: i % 2 === 0,
    onHand: i,
  }));
  expect(await importRows(ndjson(rows), TYPES.ndjson)).toMatchObject({
    rowsApplied: rows.length,
    rowsFailed: 0,
  });
  const before = await products();
  expect(before.map(({ name }) => name).sort()).toEqual(names.toSorted());
  for (const format of ['csv', 'ndjson'] as const) {
    const view = await importRows(await exported(format), TYPES[format]);
    expect(view).toMatchObject({ rowsApplied: rows.length, rowsFailed: 0 });
    // Also their versions: nothing was written.
    expect(await products()).toEqual(before);
  }
});

test('has every product once that was there all the time, while others come and change', async () => {
  const rows = Array.from({ length: 3_000 }, (_, i) => ({
    sku: `S-${i}`,
    name: 'n',
    price: 1,
    currency: 'EUR',
    onHand: 9,
  }));
  await importRows(ndjson(rows), TYPES.ndjson);
  let isDone = false;
  const writes = (async () => {
    for (let i = 0; !isDone; i++) {
      await importRows(
        ndjson([
          { sku: `S-${i}-new`, name: 'n', price: 1, currency: 'EUR' },
          { sku: `S-${i}`, delta: 1 },
        ]),
        TYPES.ndjson,
      );
    }
  })();
  for (let round = 0; round < 3; round++) {
    const skus = rowsIn(await exported('ndjson')).map(({ sku }) => sku);
    expect(new Set(skus).size).toBe(skus.length);
    const known = new Set(skus);
    expect(rows.filter(({ sku }) => !known.has(sku))).toEqual([]);
  }
  isDone = true;
  await writes;
});

describe('the format', () => {
  test.each([
    ['', 'text/csv'],
    ['text/csv', 'text/csv'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['text/csv;q=0.5, application/x-ndjson', 'application/x-ndjson'],
  ])('of Accept: %s is %s', async (accept, type) => {
    const answer = await client.send('GET', EXPORTS, undefined, accept ? { accept } : {});
    expect(answer.headers.get('content-type')?.split(';')[0]).toBe(type);
  });

  test('that is none is refused by name', async () => {
    for (const query of ['format=xlsx', 'format=csv&limit=3']) {
      const answer = await client.send('GET', `${EXPORTS}?${query}`);
      expect(answer).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: expect.stringContaining('/query/') }] },
      });
    }
  });
});

test('HEAD says what a GET would be, without a body', async () => {
  const answer = await client.send('HEAD', EXPORTS);
  expect([answer.status, answer.text, answer.headers.get('content-disposition')]).toEqual([
    200,
    '',
    'attachment; filename="stock.csv"',
  ]);
});

test('more than eight at a time are refused, however closely they follow each other, and nothing stays taken', async () => {
  const stock = shop.stack.of('stock');
  stock.signal('SIGSTOP');
  const settled: number[] = [];
  const asked = Array.from({ length: 12 }, async () => {
    const { status } = await client.send('GET', `${EXPORTS}?format=csv`);
    settled.push(status);
  });
  for (const deadline = Date.now() + 2_000; settled.length < 4 && Date.now() < deadline; ) await pause(10);
  const refused = [...settled];
  stock.signal('SIGCONT');
  expect(refused).toEqual([503, 503, 503, 503]);
  await Promise.all(asked);
  expect(settled.slice(4)).toEqual(Array(8).fill(200));
  const head = await client.send('HEAD', `${EXPORTS}?format=csv`);
  const again = await Promise.all(
    Array.from({ length: 8 }, () => client.send('GET', `${EXPORTS}?format=csv`)),
  );
  expect([head, ...again].map(({ status }) => status)).toEqual(Array(9).fill(200));
});

test('a client that does not read does not keep a gateway from stopping', async () => {
  // More than the system takes in for a client that reads nothing.
  for (let part = 0; part < 4; part++) {
    const rows = Array.from({ length: 3_000 }, (_, i) => ({
      sku: `LONG-${part}-${i}`,
      name: '茶'.repeat(200),
      price: 1,
      currency: 'EUR',
    }));
    await importRows(ndjson(rows), TYPES.ndjson);
  }
  const gateway = shop.stack.of('gateway');
  const silent = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
  silent.write(
    `GET ${EXPORTS}?format=ndjson HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${shop.stack.apiKey}\r\n\r\n`,
  );
  await once(silent, 'readable');
  expect(String(silent.read(12))).toBe('HTTP/1.1 200');
  // Until the system takes in no more, so that no page is asked for.
  const pages = () =>
    shop.stack.of('stock').metric('waybill_messages_total', { type: 'stock.list_products.v1' });
  for (let before = -1, now = 0; now !== before; ) {
    before = now;
    await pause(1_000);
    now = await pages();
  }
  const begun = performance.now();
  expect(await gateway.stop()).toBe(0);
  expect(performance.now() - begun).toBeLessThan(15_000);
  silent.destroy();
  await gateway.start();
});
