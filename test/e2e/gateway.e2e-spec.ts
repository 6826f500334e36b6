import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ERRORS } from '#contracts';
import { sendRaw } from './bad-input/raw-http.js';
import { Client } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;

const KEYS = { calm: 'wb_test_calm', busy: 'wb_test_busy' };
const BURST = 25;
const ORIGIN = 'https://shop.example';

beforeAll(async () => {
  const entries = Object.entries(KEYS).map(
    ([name, key]) => `${name}=${createHash('sha256').update(key).digest('hex')}`,
  );
  shop = await Shop.open({
    env: {
      API_KEYS: entries.join(),
      RATE_LIMIT_PER_SECOND: '1',
      RATE_LIMIT_BURST: String(BURST),
      CORS_ORIGINS: ORIGIN,
      DOCS_API_KEY: KEYS.calm,
      NODE_ENV: 'development',
    },
  });
  client = new Client({ url: shop.stack.url, apiKey: KEYS.calm });
});

afterAll(() => shop?.close());

const read = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${shop.stack.url}${path}`, { headers, signal: AbortSignal.timeout(10_000) });

describe('/problems/{code}', () => {
  test('is what the type of a problem leads to, for everyone', async () => {
    const { body } = await client.send('GET', '/v1/orders/ord_00000000000000000000000000');
    const answer = await read(body.type);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      code: 'order-not-found',
      type: body.type,
      title: body.title,
      status: 404,
      cause: expect.any(String),
      remedy: expect.any(String),
      example: { type: body.type, status: 404 },
    });
  });

  test.each(Object.keys(ERRORS))('has a page for %s in two languages', async (code) => {
    for (const [language, lang] of [
      ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
      ['de, en;q=0.7', 'en'],
    ] as const) {
      const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'accept-language': language };
      const answer = await read(`/problems/${code}`, headers);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('content-language')).toBe(lang);
      expect(answer.headers.get('vary')).toMatch(/accept, accept-language/);
      expect(await answer.text()).toContain(`<html lang="${lang}">`);
    }
  });

  test('is listed, and of an unknown code a problem itself', async () => {
    const list = (await (await read('/problems')).json()) as { data: { code: string }[] };
    expect(list.data.map(({ code }) => code)).toEqual(Object.keys(ERRORS));
    const unknown = await read('/problems/constructor', { accept: 'text/html' });
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get('content-type')).toMatch('application/problem+json');
  });
});

describe('the rate limit', () => {
  const ask = () => read('/v1/orders/x', { authorization: `Bearer ${KEYS.busy}` });

  test('counts down, refuses with a problem and says when to come back; others are not kept out', async () => {
    const first = await ask();
    expect(first.headers.get('ratelimit-policy')).toBe(`"caller";q=${BURST};w=${BURST}`);
    expect(first.headers.get('ratelimit')).toBe(`"caller";r=${BURST - 1};t=1`);
    const answers = await Promise.all(Array.from({ length: BURST + 15 }, ask));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(BURST - 1);
    const [one] = refused as [Response];
    expect(Number(one.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(one.headers.get('ratelimit')).toMatch(/^"caller";r=0;t=\d+$/);
    expect(await one.json()).toMatchObject({ type: '/problems/rate-limited', status: 429 });
    expect((await client.send('GET', '/v1/orders/x')).status).toBe(422);
  });

  test('refuses before the body has come', async () => {
    await Promise.all(Array.from({ length: BURST }, ask));
    const head = `POST /v1/orders HTTP/1.1\r\nHost: waybill\r\nAuthorization: Bearer ${KEYS.busy}\r\n`;
    const request = `${head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n`;
    const answers = await Promise.all(Array.from({ length: 3 }, () => sendRaw(shop.stack.url, request)));
    // One second fills up one request: a slow machine may let one in, which is given up for its body.
    expect(answers.map(({ status }) => status)).toContain(429);
  });

  test('does not count what is open to all', async () => {
    const { status, headers } = await read('/health/live');
    expect([status, headers.get('ratelimit')]).toEqual([200, null]);
  });
});

describe('every answer', () => {
  test.each([
    '/health/live',
    '/metrics',
    '/docs',
    '/docs/swagger-ui-bundle.js',
    '/openapi.json',
    '/problems',
    '/v1/orders',
    '/nowhere',
    '/%zz',
  ])('of %s keeps browsers from guessing, framing and telling on', async (path) => {
    const { headers } = await read(path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/),
    });
    expect([headers.get('x-powered-by'), headers.get('server')]).toEqual([null, null]);
  });

  test('says how long it took, in development', async () => {
    expect((await read('/v1/orders')).headers.get('server-timing')).toMatch(/^total;dur=\d+\.\d$/);
  });
});

describe('a page of another site', () => {
  const preflight = (origin: string, path = '/v1/orders') =>
    fetch(`${shop.stack.url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });

  test('may call when it is listed', async () => {
    const { status, headers } = await preflight(ORIGIN);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(headers.get('access-control-allow-methods')).toMatch('POST');
    expect(headers.get('access-control-allow-headers')).toMatch('idempotency-key');
    const answer = await client.send('GET', '/v1/orders/x', undefined, { origin: ORIGIN });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(answer.headers.get('access-control-expose-headers')).toMatch('x-request-id');
    expect(answer.headers.get('vary')).toMatch('origin');
  });

  test('may not when it is not', async () => {
    const { status, headers } = await preflight('https://evil.example');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([405, null]);
    const answer = await read('/health/live', { origin: 'null' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the API reference', () => {
  test('comes from us in whole: page, scripts, styles and icons', async () => {
    const html = await (await read('/docs')).text();
    const files = [...html.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+)"/g)].map(
      ([, path]) => path as string,
    );
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const path of files) {
      expect(path).toMatch(/^\.\//);
      const answer = await read(`/docs/../${path}`);
      expect([path, answer.status]).toEqual([path, 200]);
    }
    expect(html).not.toMatch(/<script(?![^>]+src=)/);
    expect(html.replaceAll(/xmlns(?::\w+)?="[^"]*"/g, '')).not.toMatch(/https?:\/\//);
  });

  test('has the document and, in development, the key in it', async () => {
    const script = await (await read('/docs/swagger-ui-init.js')).text();
    expect(script).toContain('"/v1/orders/{id}"');
    expect(script).toContain(KEYS.calm);
  });

  test('shows the document that is served for machines, and that of the repository', async () => {
    const document = await (await read('/openapi.json')).json();
    expect(document).toEqual(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
  });
});
