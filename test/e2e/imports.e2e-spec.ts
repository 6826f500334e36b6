import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type ImportError, type ImportView } from '#contracts';
import { type Answer, type Client } from './client.js';
import { Shop } from './shop.js';

const PATH = '/v1/stock/imports';
const IDLE_MS = 4_000;
const HEADER = 'sku,name,price,currency,onHand\n';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({ replicas: { stock: 2 }, env: { UPLOAD_IDLE_MS: String(IDLE_MS) } });
  client = shop.client();
});
afterAll(() => shop?.close());
afterEach(() => shop.expectSound());

const send = (body: string, { key = randomUUID(), type = 'text/csv' } = {}) =>
  client.send<ImportView>('POST', PATH, body, { 'content-type': type, 'idempotency-key': key });

/** A body that comes piece by piece, past the client, which would wait for all of it. */
async function stream(pieces: AsyncIterable<string>, key: string): Promise<Answer<ImportView>> {
  const { url, apiKey } = shop.stack;
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'text/csv', 'idempotency-key': key };
  const body = Readable.toWeb(Readable.from(pieces));
  const response = await fetch(`${url}${PATH}`, { method: 'POST', headers, body, duplex: 'half' });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

function* rows(count: number, prefix: string): Generator<string> {
  for (let i = 0; i < count; i++) yield `${prefix}-${i},"Product ${i}, ""new""",${100 + i},EUR,${i % 50}\n`;
}

const csv = (count: number, prefix: string): string => HEADER + [...rows(count, prefix)].join('');

async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`not in 30 s: ${what}`);
    await pause(20);
  }
}

const latest = async (): Promise<ImportView> =>
  (await client.read<{ data: ImportView[] }>(`${PATH}?limit=1`)).data[0] as ImportView;

test('imports 20 000 rows, each applied once, and the same key again changes nothing', async () => {
  const key = randomUUID();
  const body = csv(20_000, 'MANY');
  const first = await send(body, { key });
  expect(first).toMatchObject({
    status: 200,
    body: { status: 'finished', rowsRead: 20_000, rowsApplied: 20_000, rowsFailed: 0 },
  });
  expect(first.headers.get('location')).toBe(`${PATH}/${first.body.id}`);
  expect(await client.stock('MANY-19999')).toMatchObject({ onHand: 49, version: 2 });

  const again = await send(body, { key });
  expect(again).toMatchObject({ status: 200, body: first.body });
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await client.stock('MANY-19999')).toMatchObject({ onHand: 49, version: 2 });
});

test('applies the good rows of a file and names what is wrong with the others', async () => {
  await client.stocked('HELD', 5);
  await client.place({ sku: 'HELD', quantity: 4 });
  const lines = [
    'GOOD-1,Good,1,EUR,3',
    'GOOD-2,"two',
    'lines",1,EUR,3',
    'BAD PRICE,Bad,1.5,EUR,3',
    'HELD,,,,2',
    '"GOOD',
    'GOOD-3,Good,1,JPY,3',
  ];
  const { status, body } = await send(HEADER + lines.join('\n'));
  expect([status, body.rowsRead, body.rowsApplied, body.rowsFailed]).toEqual([200, 6, 2, 4]);
  const errors: ImportError[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = `limit=2${cursor && `&cursor=${cursor}`}`;
    const page: { data: ImportError[]; nextCursor: string | null } = await client.read(
      `${PATH}/${body.id}/errors?${query}`,
    );
    errors.push(...page.data);
    cursor = page.nextCursor;
  }
  expect(errors.map(({ line, field }) => [line, field])).toEqual([
    [3, 'name'],
    [5, 'sku'],
    [5, 'price'],
    [6, 'onHand'],
    [7, ''],
  ]);
  expect(await client.stock('GOOD-3')).toMatchObject({ onHand: 3 });
});

test('imports NDJSON, with changes instead of counts', async () => {
  const objects = [
    { sku: 'ND-1', name: 'One', price: 100, currency: 'KWD', onHand: 5 },
    { sku: 'ND-1', delta: -2 },
    { sku: 'ND-1', active: false },
  ];
  const body = objects.map((one) => `${JSON.stringify(one)}\n`).join('');
  expect((await send(body, { type: 'application/x-ndjson' })).body).toMatchObject({ rowsApplied: 3 });
  expect(await client.read('/v1/products/ND-1')).toMatchObject({ active: false, stock: { onHand: 3 } });
});

test('goes on where it stopped after the connection broke off', async () => {
  const key = randomUUID();
  const half = csv(3_000, 'CUT');
  await cutOff(half, key);
  const { id } = await latest();
  await until(
    async () => (await client.read<ImportView>(`${PATH}/${id}`)).rowsApplied >= 2_500,
    'rows applied',
  );
  const before = await client.stock('CUT-0');

  const { body } = await send(half + [...rows(1_000, 'CUT-B')].join(''), { key });
  expect(body).toMatchObject({ id, status: 'finished', rowsRead: 4_000, rowsApplied: 4_000 });
  expect(await client.stock('CUT-0')).toEqual(before);
});

/** Sends all of it, and hangs up without having said that this was all. */
async function cutOff(body: string, key: string): Promise<void> {
  const { url, apiKey } = shop.stack;
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'text/csv', 'idempotency-key': key };
  const request = httpRequest(`${url}${PATH}`, { method: 'POST', headers });
  request.on('error', () => undefined);
  request.write(body);
  await until(async () => (await latest()).rowsRead >= 2_500, 'the rows are read');
  request.destroy();
}

test('goes on while a stock service is killed and another one takes over, and can be watched', async () => {
  const seen = new Set<number>();
  let starting: Promise<void> | undefined;
  async function* slowly(): AsyncGenerator<string> {
    yield HEADER;
    let sent = 0;
    for (const row of rows(6_000, 'KILL')) {
      yield row;
      if (++sent % 1_000 !== 0) continue;
      if (sent === 3_000) await shop.stack.of('stock', 0).kill();
      // Not waited for here: an upload of which nothing comes meanwhile would be cut off.
      if (sent === 4_000) starting = shop.stack.of('stock', 0).start();
      await pause(50);
      seen.add((await latest()).rowsRead);
    }
  }
  const { status, body } = await stream(slowly(), randomUUID());
  await starting;
  expect({ status, body }).toMatchObject({ status: 200, body: { rowsRead: 6_000, rowsApplied: 6_000 } });
  expect(seen.size).toBeGreaterThan(1);
  expect((await client.stock('KILL-5999')).version).toBe(2);
});

describe('waits for a stock service that is away', () => {
  test('when it begins', async () => {
    const stocks = [0, 1].map((replica) => shop.stack.of('stock', replica));
    for (const stock of stocks) stock.signal('SIGSTOP');
    const answer = send(csv(10, 'BEGIN'));
    // Longer than the gateway waits for an answer.
    await pause(4_000);
    for (const stock of stocks) stock.signal('SIGCONT');
    expect(await answer).toMatchObject({ status: 200, body: { status: 'finished', rowsApplied: 10 } });
  });

  test('when all of it has been applied', async () => {
    const away = `create function away() returns trigger language plpgsql as
        $$ begin raise exception 'away' using errcode = '55P03'; end $$;
      create trigger away before update on imports for each row when (new.finished_at is not null)
        execute function away()`;
    await shop.books.rows('stock', away);
    const answer = send(csv(11, 'END'));
    try {
      await until(async () => (await latest()).rowsApplied === 11, 'the rows are applied');
      await pause(500);
    } finally {
      await shop.books.rows('stock', 'drop function away cascade');
    }
    expect(await answer).toMatchObject({ status: 200, body: { status: 'finished', rowsApplied: 11 } });
  });
});

describe('refuses', () => {
  test('other content under the same key', async () => {
    const key = randomUUID();
    await send(csv(10, 'KEY'), { key });
    for (const other of [csv(11, 'KEY'), csv(9, 'KEY'), csv(10, 'YEK'), 'sku,onHand\nKEY-1,1\n']) {
      expect(await send(other, { key })).toMatchObject({
        status: 422,
        body: { type: '/problems/idempotency-key-reused' },
      });
    }
  });

  test.each([
    ['no columns', '', 'text/csv', 422],
    ['an unknown column', 'sku,colour\n', 'text/csv', 422],
    ['JSON', '[]', 'application/json', 415],
    ['another charset', HEADER, 'text/csv; charset=latin1', 415],
  ])('%s', async (_, body, type, status) => {
    expect((await send(body, { type })).status).toBe(status);
  });

  test.each([
    ['JSON', { 'content-type': 'application/json' }],
    ['what nothing here takes', { 'content-type': 'application/xml' }],
    ['compressed', { 'content-type': 'text/csv', 'content-encoding': 'gzip' }],
  ])('%s, and says what it takes', async (_, headers) => {
    const key = { 'idempotency-key': randomUUID() };
    const { status, headers: answered, body } = await client.send('POST', PATH, '[]', { ...headers, ...key });
    expect([status, answered.get('accept')]).toEqual([415, 'text/csv, application/x-ndjson']);
    expect(JSON.stringify(body)).not.toContain('JSON');
  });

  test('a body without a key, and CSV on every other route', async () => {
    const headers = { 'content-type': 'text/csv' };
    expect((await client.send('POST', PATH, HEADER, headers)).status).toBe(400);
    expect((await client.send('POST', '/v1/orders', HEADER, headers)).status).toBe(415);
  });
});

describe('a long upload', () => {
  test('may take longer than any other request', async () => {
    async function* patient(): AsyncGenerator<string> {
      yield HEADER;
      for (let i = 0; i < 13; i++) {
        yield `SLOW-${i},Slow,1,EUR,1\n`;
        await pause(1_000);
      }
    }
    const { body } = await stream(patient(), randomUUID());
    expect(body).toMatchObject({ status: 'finished', rowsApplied: 13 });
  });

  test('is cut off when nothing comes any more, with an answer', async () => {
    const key = randomUUID();
    const { status, text } = await halfSent(csv(700, 'IDLE'), key);
    expect([status, JSON.parse(text).type]).toEqual([408, '/problems/request-timeout']);
    expect((await send(csv(700, 'IDLE'), { key })).body).toMatchObject({ rowsApplied: 700 });
  });

  test('does not keep a gateway from stopping, and goes on at the next one', async () => {
    const key = randomUUID();
    // A machine that is busy takes its time to stop: meanwhile empty lines, which are no rows, keep the upload alive.
    const answer = halfSent(csv(3_000, 'STOP'), key, '\n');
    await until(async () => (await latest()).rowsRead >= 2_500, 'the rows are read');
    const gateway = shop.stack.of('gateway');
    expect(await gateway.stop()).toBe(0);
    expect((await answer).status).toBe(503);
    await gateway.start();
    expect((await send(csv(3_000, 'STOP'), { key })).body).toMatchObject({
      rowsRead: 3_000,
      rowsApplied: 3_000,
    });
  });

  /** Sends all of it without saying that this was all, and waits for an answer; meanwhile `more` again and again. */
  function halfSent(body: string, key: string, more?: string): Promise<{ status: number; text: string }> {
    const { url, apiKey } = shop.stack;
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'text/csv', 'idempotency-key': key };
    return new Promise((resolve, reject) => {
      const request = httpRequest(`${url}${PATH}`, { method: 'POST', headers }, (response) => {
        clearInterval(alive);
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () => {
          request.destroy();
          resolve({ status: response.statusCode ?? 0, text });
        });
      });
      const alive = setInterval(() => more && request.write(more), 200);
      request.on('error', (error) => {
        clearInterval(alive);
        reject(error);
      });
      request.write(body);
    });
  }
});
