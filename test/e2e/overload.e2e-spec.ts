import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { getPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client } from './client.js';
import { Shop } from './shop.js';

/** Requests that may be under way; new orders may have nine tenths of them, reads three quarters. */
const PLACES = 40;
const PLACES_OF_ORDERS = 36;
const UNKNOWN = '/v1/orders/ord_00000000000000000000000000';
const PATIENCE_MS = 30_000;
const ORIGIN = 'https://shop.example';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({
    env: {
      REQUESTS_IN_FLIGHT_MIN: String(PLACES),
      REQUESTS_IN_FLIGHT_MAX: String(PLACES),
      RPC_TIMEOUT_MS: '3000',
      HEADERS_TIMEOUT_MS: '1000',
      REQUEST_TIMEOUT_MS: '2000',
      KEEP_ALIVE_MS: '1000',
      CORS_ORIGINS: ORIGIN,
      // Whoever is not root may only choose to be less important.
      NICENESS: '1',
    },
  });
  client = shop.client();
  await client.stocked('TEA', 10_000);
});
afterAll(() => shop?.close());

const read = (path = UNKNOWN) => client.send('GET', path);
const metric = (name: string, labels = {}) => shop.stack.of('gateway').metric(name, labels);

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await isSo()); await pause(50)) {
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
  }
}

async function stopped<T>(service: 'gateway' | 'order' | 'stock', work: () => Promise<T>): Promise<T> {
  shop.stack.of(service).signal('SIGSTOP');
  try {
    return await work();
  } finally {
    shop.stack.of(service).signal('SIGCONT');
  }
}

const unavailable = { status: 503, body: { type: '/problems/service-unavailable', status: 503 } };

test('a gateway has the priority that it is told to have', () => {
  expect(getPriority(shop.stack.of('gateway').pid)).toBe(1);
  expect(getPriority(shop.stack.of('order').pid)).toBe(0);
});

describe('a service that does not answer', () => {
  test('is left alone: nobody waits for the deadline any more, until it answers again', async () => {
    await stopped('order', async () => {
      const first = await Promise.all(Array.from({ length: 25 }, () => read()));
      expect(new Set(first.map(({ status }) => status))).toEqual(new Set([504]));
      const waited = await metric('waybill_rpc_timeouts_total');
      const next = await Promise.all(Array.from({ length: 5 }, () => read()));
      for (const answer of next) {
        expect(answer).toMatchObject({ ...unavailable, body: { service: 'order' } });
        expect(answer.headers.get('content-type')).toMatch('application/problem+json');
        expect(answer.headers.get('retry-after')).toMatch(/^[1-3]$/);
      }
      expect(await metric('waybill_rpc_timeouts_total')).toBe(waited);
      expect(await metric('waybill_rpc_withheld_total', { service: 'order' })).toBe(5);
      expect(await metric('waybill_rpc_breaker_state', { service: 'order' })).toBe(2);
      expect((await read('/v1/stock/TEA')).status).toBe(200);
    });
    await until('order is asked again', async () => {
      await read();
      return (await metric('waybill_rpc_breaker_state', { service: 'order' })) === 0;
    });
    expect((await read()).status).toBe(404);
  });
});

describe('more requests than can be answered', () => {
  const place = (from = client) => from.place({ sku: 'TEA', method: 'tok_visa' });

  test('are refused at once, those that are let in succeed, and the last places are for what ends an order', async () => {
    const answers: Awaited<ReturnType<typeof place>>[] = [];
    const all = await stopped('stock', async () => {
      const placing = Array.from({ length: PLACES + 10 }, () =>
        place().then((answer) => answers.push(answer)),
      );
      await until('the rest is refused', async () => answers.length === PLACES + 10 - PLACES_OF_ORDERS);
      for (const answer of answers) {
        expect(answer).toMatchObject(unavailable);
        expect(answer.headers.get('retry-after')).toBe('1');
      }
      expect(await read()).toMatchObject(unavailable);
      const inBrowser = await fetch(`${shop.stack.url}/v1/orders`, { headers: { origin: ORIGIN } });
      expect(inBrowser.status).toBe(503);
      expect(inBrowser.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect((await client.send('POST', `${UNKNOWN}/cancel`)).status).toBe(404);
      expect((await fetch(`${shop.stack.url}/health/live`)).status).toBe(200);
      return placing;
    });
    await Promise.all(all);
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted).toHaveLength(PLACES_OF_ORDERS);
    for (const { body } of accepted) await client.until(body.id, 'confirmed');
    expect(await metric('waybill_http_refused_total', { reason: 'in flight', class: 'write' })).toBe(14);
    const turnedAway = { method: 'POST', route: '/v1/orders', status: '503' };
    expect(await metric('waybill_http_request_duration_seconds_count', turnedAway)).toBe(14);
    // Who is refused at the door never gets as far as a line in the log.
    const lines = shop.stack
      .of('gateway')
      .logLines.filter(({ msg, status }) => msg === 'request' && status === 503);
    expect(lines.filter(({ method }) => method === 'POST')).toEqual([]);
    // Looked at each second.
    const words = 'overloaded: some requests are refused';
    await until('it is told', async () => shop.stack.of('gateway').logLines.some(({ msg }) => msg === words));
  });

  test('take no places as strangers, however many come in one turn of the event loop', async () => {
    const { hostname, port } = new URL(shop.stack.url);
    const head = 'GET /v1/orders HTTP/1.1\r\nHost: waybill\r\n';
    const known = `${head}Authorization: Bearer ${shop.stack.apiKey}\r\nConnection: close\r\n\r\n`;
    const socket = connect({ host: hostname, port: Number(port) }, () =>
      socket.write(`${head}\r\n`.repeat(PLACES * 2) + known),
    );
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).toHaveLength(PLACES * 2 + 1);
    expect(new Set(statuses)).toEqual(new Set(['401', '200']));
  });

  test('leave their places behind when their clients hang up', async () => {
    await stopped('stock', async () => {
      const clients = new AbortController();
      const impatient = shop.client({ hangUp: clients.signal });
      const placing = Array.from({ length: PLACES_OF_ORDERS }, () => place(impatient).catch(() => undefined));
      await until('all places are taken', async () => (await read()).status === 503);
      clients.abort();
      await Promise.all(placing);
      await until('there is room again', async () => (await read()).status === 404);
    });
  });
});

describe('clients that come while the gateway stands still', () => {
  test('wait at its door, more than Node would let wait, and are served when it goes on', async () => {
    const { hostname, port } = new URL(shop.stack.url);
    const come = (): Socket => connect({ host: hostname, port: Number(port) }).on('error', () => undefined);
    const sockets: Socket[] = [];
    try {
      await stopped('gateway', async () => {
        for (let i = 0; i < 1_000; i++) sockets.push(come());
        await until('all are let in by the kernel', async () =>
          sockets.every(({ connecting, destroyed }) => !connecting && !destroyed),
        );
      });
      for (const socket of sockets)
        socket.write('GET /health/live HTTP/1.1\r\nHost: waybill\r\nConnection: close\r\n\r\n');
      for (const socket of sockets) socket.resume();
      await until('all are answered', async () => sockets.every(({ closed }) => closed));
      expect(sockets.filter(({ bytesRead }) => bytesRead > 0)).toHaveLength(sockets.length);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
});

describe('clients that hold on to their connections', () => {
  const [key, host] = [() => `Authorization: Bearer ${shop.stack.apiKey}`, 'Host: waybill'];
  const body = 'Content-Type: application/json\r\nContent-Length: 500\r\nIdempotency-Key: slow';
  const HOLDS: Readonly<Record<string, () => string>> = {
    'that say nothing': () => '',
    'whose headers never end': () => `GET /v1/orders HTTP/1.1\r\n${host}\r\nX-Slow: `,
    'whose bodies never end': () =>
      `POST /v1/orders HTTP/1.1\r\n${host}\r\n${key()}\r\n${body}\r\n\r\n{"customerId":"`,
    'that go on with nothing': () => `GET /health/live HTTP/1.1\r\n${host}\r\n\r\n`,
  };

  test('are closed, and take nothing from others meanwhile', async () => {
    const sockets = Object.values(HOLDS).flatMap((start) =>
      Array.from({ length: PLACES * 2 }, () => hold(start())),
    );
    try {
      const orders = await Promise.all(
        Array.from({ length: 10 }, () => client.place({ sku: 'TEA', method: 'tok_visa' })),
      );
      expect(orders.map(({ status }) => status)).toEqual(orders.map(() => 201));
      await until('all are closed', async () => sockets.every(({ closed }) => closed));
      expect((await read()).status).toBe(404);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  /** Says a bit more every now and then, so that it is never quite silent. */
  function hold(start: string): Socket {
    const { hostname, port } = new URL(shop.stack.url);
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(start));
    const timer = setInterval(() => start.endsWith('\r\n\r\n') || start === '' || socket.write('a'), 300);
    socket.on('error', () => undefined).on('close', () => clearInterval(timer));
    return socket.resume();
  }
});

test('a gateway that is closing while it has too much to do sends whom it refuses elsewhere', async () => {
  const patient = { HEADERS_TIMEOUT_MS: '20000', REQUEST_TIMEOUT_MS: '20000' };
  const gateway = await shop.stack.add('gateway', { env: patient });
  const through = shop.client({ url: gateway.url });
  const answer = await stopped('stock', async () => {
    const placing = Array.from({ length: PLACES }, () => through.place({ sku: 'TEA', method: 'tok_visa' }));
    await until('all places are taken', async () => (await through.send('GET', UNKNOWN)).status === 503);
    const socket = connect(gateway.port, '127.0.0.1').setEncoding('latin1');
    // What is in one piece with a request that is answered has been read.
    socket.write(
      `GET /health/live HTTP/1.1\r\nHost: waybill\r\n\r\nGET /v1/orders HTTP/1.1\r\nHost: waybill\r\n`,
    );
    const [alive] = await once(socket, 'data');
    const exit = gateway.stop();
    await until('nobody else is let in', async () => {
      const late = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
      const isLetIn = await once(late, 'connect').then(
        () => true,
        () => false,
      );
      late.destroy();
      return !isLetIn;
    });
    socket.write('\r\n');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    shop.stack.of('stock').signal('SIGCONT');
    await Promise.allSettled(placing);
    expect(await exit).toBe(0);
    expect(alive).toMatch(/^HTTP\/1\.1 200 /);
    return text.toLowerCase();
  });
  expect(answer).toMatch(/^http\/1\.1 503 /);
  expect(answer).toContain('\r\nconnection: close\r\n');
});
