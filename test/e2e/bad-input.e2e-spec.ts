import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Parameter, type Route } from './api-document.js';
import { badBodies } from './bad-input/bodies.js';
import * as bad from './bad-input/headers.js';
import { faultOf, faultsOf, LEAK } from './bad-input/judge.js';
import { type RawAnswer, sendRaw } from './bad-input/raw-http.js';
import { BAD_BODIES, BAD_IDS, BAD_PARTS, BAD_QUERY_VALUES } from './bad-input/values.js';
import { badRequests, unfinishedRequests, type WireCase } from './bad-input/wire.js';
import { type Answer, type Client, type Problem } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;
let pids: (number | undefined)[];
/** They take ten seconds; the other tests go on meanwhile. */
let unfinished: Promise<RawAnswer[]>;

beforeAll(async () => {
  shop = await Shop.open({ env: { TEST_CLOCK: 'true' } });
  client = shop.client();
  await client.stocked('TEA-001', 1_000_000);
  pids = shop.stack.processes.map(({ pid }) => pid);
  const { apiKey, url } = shop.stack;
  unfinished = Promise.all(unfinishedRequests(apiKey).map(({ request }) => sendRaw(url, request)));
});

afterAll(() => shop?.close());

/** Whatever came in, the same processes go on working, and none has met a defect. */
afterEach(async () => {
  const { body } = await client.place({ sku: 'TEA-001', method: 'tok_visa' });
  expect(body.status).toBe('confirmed');
  expect(shop.stack.processes.map(({ pid, isRunning }) => isRunning && pid)).toEqual(pids);
  const lines = shop.stack.processes.flatMap(({ logLines }) => logLines);
  expect(lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
});

/** The end of an id that is right in form. */
const NOBODY = '0'.repeat(26);

const routesWith = (has: (route: Route) => boolean): Route[] => shop.document.routes.filter(has);
const hasBody = ({ operation }: Route): boolean =>
  operation.requestBody?.content['application/json'] !== undefined;
/** What is signed is refused for its signature: nobody reads its fields before that. */
const hasFields = (route: Route): boolean => hasBody(route) && route.operation.security.length > 0;
const isQuery = ({ in: place }: { readonly in: string }): boolean => place === 'query';
const targetOf = ({ path }: Route): string =>
  path
    .replace('{sku}', 'TEA-001')
    .replace('{location}', 'main')
    .replace('orders/{id}', `orders/ord_${NOBODY}`)
    .replace('payments/{id}', `payments/pay_${NOBODY}`)
    .replace('imports/{id}', `imports/imp_${NOBODY}`)
    .replace('{refundId}', `ref_${NOBODY}`);
const key = () => ({ 'idempotency-key': randomUUID() });

describe('a body', () => {
  test('refuses in every field what that cannot be, and says which field it was', async () => {
    for (const route of routesWith(hasFields)) {
      const cases = [...badBodies(shop.document, route)];
      expect(cases.length).toBeGreaterThan(40);
      const faults = await faultsOf(
        cases,
        ({ name }) => `${route.method} ${route.path} ${name}`,
        async ({ text, pointer }) => {
          const answer = await client.send(route.method, targetOf(route), text, key());
          const isGood = pointer === '' && answer.status < 300;
          return isGood ? undefined : faultOf(answer, pointer);
        },
      );
      expect(faults).toEqual([]);
    }
  });

  test('that is too large is answered while it is still being sent, and the connection stays', async () => {
    const { hostname, port } = new URL(shop.stack.url);
    const head = `Host: waybill\r\nAuthorization: Bearer ${shop.stack.apiKey}\r\n`;
    const type = 'Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n';
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /v1/orders HTTP/1.1\r\n${head}Idempotency-Key: large\r\n${type}${'x'.repeat(300_000)}`,
    );
    let text = '';
    for await (const chunk of socket) {
      if (text === '')
        socket.write(
          `${'x'.repeat(700_000)}GET /health/live HTTP/1.1\r\nHost: waybill\r\nConnection: close\r\n\r\n`,
        );
      text += String(chunk);
    }
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['413', '200']);
  });

  test('that is no JSON object is refused', async () => {
    for (const route of routesWith(hasBody)) {
      const send = async (body: string | Buffer) => faultOf(await sendBytes(route, body));
      expect(await faultsOf(BAD_BODIES, String, send)).toEqual([]);
    }
  });

  test('that is compressed is refused unread', async () => {
    const zipped = gzipSync(JSON.stringify({ customerId: 'x'.repeat(1_000_000) }));
    for (const coding of ['gzip', 'br', 'deflate', 'x']) {
      for (const route of routesWith(hasBody)) {
        const answer = await sendBytes(route, zipped, { 'content-encoding': coding });
        expect([answer.status, faultOf(answer)]).toEqual([415, undefined]);
      }
    }
  });

  test('of another type than JSON is refused', async () => {
    for (const type of bad.BAD_TYPES) {
      for (const route of routesWith(hasBody)) {
        const answer = await sendBytes(route, '{}', { 'content-type': type });
        expect([type, answer.status, faultOf(answer)]).toEqual([type, 415, undefined]);
      }
    }
  });

  /** Past the client, which would make text of it. */
  async function sendBytes(route: Route, body: string | Buffer, headers: object = {}) {
    const answer = await fetch(`${shop.stack.url}${targetOf(route)}`, {
      method: route.method,
      headers: {
        authorization: `Bearer ${shop.stack.apiKey}`,
        'content-type': 'application/json',
        ...key(),
        ...headers,
      },
      body,
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }
});

test('ids, SKUs and locations that are none are refused', async () => {
  const cases = routesWith(({ path }) => path.includes('{')).flatMap((route) =>
    (/\{(sku|location)\}/.test(route.path) ? BAD_PARTS : BAD_IDS).map((part) => ({ route, part })),
  );
  const faults = await faultsOf(
    cases,
    ({ route: { method, path }, part }) => `${method} ${path} ${part}`,
    async ({ route: { method, path, operation }, part }) => {
      const { example } = operation.requestBody?.content['application/json'] ?? {};
      const target = path.replace(/\{\w+\}/, () => part);
      return faultOf(await client.send(method, target, example, key()));
    },
  );
  expect(faults).toEqual([]);
});

/** Of required parameters of a query that are no order. */
const DAY = '^2\\d{3}-\\d\\d-\\d\\d$';
const RIGHT: Readonly<Record<string, string>> = { from: '2026-11-23T10:00:00Z', to: '2026-11-24T10:00:00Z' };

describe('a query', () => {
  test('with a parameter that is not known, or there twice, is refused by name', async () => {
    for (const route of routesWith(({ operation }) => operation.parameters.some(isQuery))) {
      const { operation } = route;
      const path = targetOf(route);
      const unknown = ['zz', '__proto__', 'constructor', 'limit[]', 'limit[x]', 'offset'];
      const twice = operation.parameters.filter(isQuery).map(({ name }) => name);
      const cases = [
        ...unknown.map((name) => ({ query: `${name}=1`, name })),
        ...twice.map((name) => ({ query: `${name}=1&${name}=1`, name })),
      ];
      const ask = async ({ query, name }: { query: string; name: string }) =>
        faultOf(await client.send('GET', `${path}?${query}`), `/query/${name}`);
      expect(await faultsOf(cases, ({ query }) => `${path}?${query}`, ask)).toEqual([]);
    }
  });

  const isFree = ({ name, schema }: Parameter): boolean =>
    name === 'customerId' || name === 'sku' || ('pattern' in schema && schema.pattern === DAY);

  const requiredBut = (name: string, { operation }: Route): string[] =>
    operation.parameters
      .filter((one) => isQuery(one) && one.required && one.name !== name)
      .map((one) => `${one.name}=${RIGHT[one.name] ?? `ord_${NOBODY}`}`);

  test('refuses values that its parameters cannot have, by name', async () => {
    for (const route of routesWith(({ operation }) => operation.parameters.some(isQuery))) {
      const names = route.operation.parameters.filter(isQuery).map(({ name }) => name);
      const path = targetOf(route);
      const cases = names.flatMap((name) => BAD_QUERY_VALUES.map((value) => ({ name, value })));
      const accepted = new Set<string>();
      const ask = async ({ name, value }: { name: string; value: string }) => {
        const answer = await client.send(
          'GET',
          `${path}?${[...requiredBut(name, route), `${name}=${value}`].join('&')}`,
        );
        if (answer.status !== 200) return faultOf(answer, `/query/${name}`);
        accepted.add(name);
        return undefined;
      };
      expect(await faultsOf(cases, ({ name, value }) => `${path}?${name}=${value}`, ask)).toEqual([]);
      // Only of free text, SKUs and days some of them are right.
      const free = route.operation.parameters.filter((one) => isQuery(one) && isFree(one));
      expect([...accepted].sort()).toEqual(free.map(({ name }) => name).sort());
    }
  });
});

describe('a header', () => {
  const order = { customerId: 'c', currency: 'EUR', lines: [{ sku: 'TEA-001', quantity: 1 }] };
  const place = (headers: object): Promise<Answer<{ id: string; status: string } & Problem>> =>
    client.send('POST', '/v1/orders', order, headers);

  test('Idempotency-Key is 1 to 255 printable characters', async () => {
    for (const value of bad.BAD_KEYS) {
      const { status, body } = await place({ 'idempotency-key': value });
      expect([value, status, body.type]).toEqual([value, 400, '/problems/idempotency-key-invalid']);
    }
  });

  test('Prefer that is not understood is ignored', async () => {
    for (const prefer of bad.BAD_PREFERENCES) {
      const { status, headers, body } = await place({ prefer, ...key() });
      expect([prefer, status, body.status]).toEqual([prefer, 201, 'pending']);
      expect(headers.get('preference-applied')).toBeNull();
    }
  });

  test('If-Match that is none replaces nothing', async () => {
    const product = { name: 'Replaced', price: { amount: 1, currency: 'EUR' } };
    for (const match of bad.BAD_IF_MATCHES) {
      const answer = await client.send('PUT', '/v1/products/TEA-001', product, { 'if-match': match });
      expect([match, faultOf(answer)]).toEqual([match, undefined]);
      if (answer.status === 400) expect(answer.body.errors?.[0]?.pointer).toBe('/headers/if-match');
      else expect(answer.status).toBe(412);
    }
    expect(await client.read('/v1/products/TEA-001')).not.toMatchObject(product);
  });

  test('If-None-Match that is none matches nothing', async () => {
    for (const tag of bad.BAD_IF_NONE_MATCHES) {
      const { status } = await client.send('GET', '/v1/stock/TEA-001', undefined, { 'if-none-match': tag });
      expect([tag, status]).toEqual([tag, 200]);
    }
  });

  test('X-Request-Id and traceparent that are none are not taken over', async () => {
    for (const id of bad.BAD_REQUEST_IDS) {
      const { headers } = await client.send('GET', '/v1/products', undefined, { 'x-request-id': id });
      expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/);
    }
    for (const traceparent of bad.BAD_TRACEPARENTS) {
      const { body } = await place({ traceparent, ...key() });
      const [step] = await client.timeline(body.id);
      expect(step?.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
      expect(traceparent.toLowerCase()).not.toContain(step?.traceId);
    }
  });
});

describe('on the wire', () => {
  /** A refusal in the form of all others. Who breaks off in the middle of a request may find the connection closed. */
  function wireFaultOf({ status, head, body }: RawAnswer): string | undefined {
    const isProblem = /\r\ncontent-type: application\/problem\+json/i.test(head) && !LEAK.test(body);
    if (status < 400 || status > 499 || !isProblem) return `${head}\n${body}`;
    const { type, status: told } = JSON.parse(body) as Problem;
    return told === status && type.startsWith('/problems/') ? undefined : body;
  }
  const nameOf = ({ name }: WireCase): string => name;
  const send = async ({ request }: WireCase) => wireFaultOf(await sendRaw(shop.stack.url, request));

  test('what is no HTTP is refused in the form of all refusals', async () => {
    expect(await faultsOf(badRequests(shop.stack.apiKey), nameOf, send)).toEqual([]);
  });

  test('a request that does not arrive whole is given up', async () => {
    for (const answer of await unfinished) {
      expect([answer.status, wireFaultOf(answer)]).toEqual([408, undefined]);
    }
  });
});
