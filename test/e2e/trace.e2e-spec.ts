import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type OrderView } from '#contracts';
import { type LogLine } from '#testing';
import { type Client } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({ env: { LOG_LEVEL: 'debug', RECONCILE_INTERVAL_MS: '100' } });
  client = shop.client();
  await client.stocked('TEA', 1_000);
});
afterAll(() => shop?.close());

interface Traced {
  readonly order: OrderView;
  readonly requestId: string;
  readonly traceId: string;
}

/** An order, under a request id and a trace that its client has chosen. */
async function placed(method: string): Promise<Traced> {
  const traceId = randomBytes(16).toString('hex');
  const requestId = `client-${randomBytes(8).toString('hex')}`;
  const body = {
    customerId: 'c',
    currency: 'EUR',
    lines: [{ sku: 'TEA', quantity: 1 }],
    payment: { method },
  };
  const headers = {
    'idempotency-key': requestId,
    'x-request-id': requestId,
    traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    prefer: 'wait=10',
  };
  const answer = await client.send<OrderView>('POST', '/v1/orders', body, headers);
  expect(answer.headers.get('x-request-id')).toBe(requestId);
  return { order: answer.body, requestId, traceId };
}

const allLines = (): LogLine[] => shop.stack.processes.flatMap(({ logLines }) => logLines);

/** Logs are written in the background: waits for the line that comes last. */
async function linesAbout({ requestId }: Traced, last: string): Promise<LogLine[]> {
  for (const deadline = Date.now() + 5_000; ; await pause(50)) {
    const lines = allLines().filter((line) => line.requestId === requestId);
    if (lines.some(({ type }) => type === last)) return lines;
    if (Date.now() > deadline) throw new Error(`there is no line about ${last} of ${requestId}`);
  }
}

test('one request id and one trace id lead from the request through every message of every service', async () => {
  const traced = await placed('tok_visa');
  const lines = await linesAbout(traced, 'stock.commit.v1');
  const handled = lines
    .filter(({ msg }) => msg === 'handled')
    .map(({ service, type }) => `${service} ${String(type)}`);
  expect(handled.sort()).toEqual([
    'order order.place.v1',
    'order payment.captured.v1',
    'order stock.reserved.v1',
    'payment payment.charge.v1',
    'stock stock.commit.v1',
    'stock stock.reserve.v1',
  ]);
  expect(lines.filter(({ service, msg }) => service === 'gateway' && msg === 'request')).toMatchObject([
    { method: 'POST', path: '/v1/orders', status: 201 },
  ]);
  for (const line of lines) expect(line.traceId).toBe(traced.traceId);
  for (const line of lines.filter(({ msg }) => msg === 'handled')) {
    // Only the gateway's question does not know the id that the order will have.
    expect(line.orderId).toBe(traced.order.id);
  }
});

test('every entry of the timeline has them too, and leads back to the one before, message by message', async () => {
  const traced = await placed('tok_visa');
  const { order, requestId, traceId } = traced;
  const timeline = await client.timeline(order.id);
  for (const entry of timeline) expect(entry).toMatchObject({ requestId, traceId });
  const [first, second, third] = timeline;
  const lines = await linesAbout(traced, 'stock.commit.v1');
  const causeOf = (id: unknown): unknown => lines.find(({ messageId }) => messageId === id)?.causationId;
  // stock.reserved.v1 ← stock.reserve.v1 ← order.place.v1
  expect(causeOf(second?.causationId)).toBe(first?.messageId);
  // payment.captured.v1 ← the provider's word ← payment.charge.v1 ← stock.reserved.v1
  const steps = await shop.books.rows<{ cause: string; messageId: string }>(
    'payment',
    'select cause, message_id as "messageId" from payment_history where payment_id = $1 order by version',
    [order.paymentId],
  );
  expect(steps.map(({ cause }) => cause)).toEqual(['payment.charge.v1', 'payment.provider_succeeded']);
  expect(third?.causationId).toBe(steps[1]?.messageId);
  expect(causeOf(steps[0]?.messageId)).toBe(second?.messageId);
});

test('they survive what goes wrong: an outcome that is not known, and who finds it out', async () => {
  const traced = await placed('tok_unknown');
  expect(traced.order.status).toBe('confirmed');
  const lines = await linesAbout(traced, 'stock.commit.v1');
  const unknown = allLines().filter(
    ({ msg, paymentId }) => /unknown/.test(msg) && paymentId === traced.order.paymentId,
  );
  expect(unknown.length).toBeGreaterThan(0);
  for (const line of [...unknown, ...lines]) {
    expect(line).toMatchObject({ requestId: traced.requestId, traceId: traced.traceId });
  }
  for (const entry of await client.timeline(traced.order.id)) {
    expect(entry).toMatchObject({ requestId: traced.requestId, traceId: traced.traceId });
  }
});

test('they name a refusal in the log as in the answer', async () => {
  const answer = await client.send('GET', `/v1/orders/ord_${'0'.repeat(26)}`);
  const requestId = answer.headers.get('x-request-id');
  expect(answer.body.requestId).toBe(requestId);
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; await pause(50)) {
    if (allLines().some((line) => line.requestId === requestId && line.code === 'order-not-found')) return;
  }
  throw new Error(`no line of the log is about ${requestId}`);
});

test('no log line holds a key, and every one is JSON', async () => {
  const log = shop.stack.processes.map((process) => process.log).join('');
  expect(log).not.toContain(shop.stack.apiKey);
  for (const line of log.split('\n').filter((one) => one !== ''))
    expect(() => JSON.parse(line)).not.toThrow();
});
