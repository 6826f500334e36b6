import { type OrderView } from '#contracts';
import { type Client } from './client.js';
import { EventSource } from './event-source.js';
import { Shop } from './shop.js';

const PER_KEY = 4;
const HEARTBEAT_MS = 200;

let shop: Shop;
let client: Client;
const sources: EventSource[] = [];

beforeAll(async () => {
  shop = await Shop.open({
    replicas: { gateway: 2, order: 2 },
    env: {
      EVENT_STREAMS: '6',
      EVENT_STREAMS_PER_KEY: String(PER_KEY),
      EVENT_HEARTBEAT_MS: String(HEARTBEAT_MS),
    },
  });
  client = shop.client();
  await client.stocked('TEA', 1_000);
});

afterEach(async () => {
  for (const source of sources) source.close();
  await Promise.all(sources.splice(0).map(({ ended }) => ended));
});

afterAll(() => shop?.close());

async function follow(
  id: string,
  {
    gateway = 0,
    after,
    apiKey = shop.stack.apiKey,
  }: { gateway?: number; after?: number; apiKey?: string } = {},
): Promise<EventSource> {
  const { url } = shop.stack.of('gateway', gateway);
  const source = await EventSource.open(`${url}/v1/orders/${id}/events`, apiKey, after);
  sources.push(source);
  return source;
}

/** Placed, not paid: it waits. */
async function waiting(): Promise<OrderView> {
  const { body } = await client.place({ sku: 'TEA' });
  expect(body.status).toBe('awaiting_payment');
  return body;
}

test('a stream tells every step of an order, through whichever gateway, and ends when it has settled', async () => {
  const { id } = await waiting();
  const both = await Promise.all([follow(id), follow(id, { gateway: 1 })]);
  for (const source of both) {
    expect(source.response.status).toBe(200);
    expect(source.response.headers.get('content-type')).toBe('text/event-stream');
    await source.until('what was there', ({ ids }) => ids.length === 2);
  }
  await client.paid(id, 'tok_declined');
  await client.paid(id, 'tok_visa');
  expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([true, true]);
  const timeline = await client.timeline(id);
  for (const { events } of both) {
    expect(events.slice(0, -1).map(({ data }) => data)).toEqual(timeline);
    expect(events.slice(0, -1).map((event) => event.id)).toEqual(timeline.map(({ version }) => version));
    expect(events.at(-1)).toEqual({ id: null, name: 'end', data: { status: 'confirmed' } });
  }
});

test('a step is told at once, not when somebody looks again', async () => {
  const { id } = await waiting();
  const source = await follow(id);
  await source.until('what was there', ({ ids }) => ids.length === 2);
  await source.until('a heartbeat', ({ comments }) => comments.length > 0);
  await client.send('POST', `/v1/orders/${id}/cancel`);
  const begun = performance.now();
  await source.ended;
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(source.ids).toEqual([1, 2, 3]);
});

test('a client that comes back gets what it has missed, and 204 when there will be nothing more', async () => {
  const { id } = await waiting();
  const first = await follow(id);
  await first.until('what was there', ({ ids }) => ids.length === 2);
  first.close();
  await client.pay(id, 'tok_visa');
  const second = await follow(id, { after: 2 });
  expect(await second.ended).toBe(true);
  expect(second.ids).toEqual([3, 4]);
  expect((await follow(id, { after: 4 })).response.status).toBe(204);
});

test('what happens between the look at what was there and the word of what comes is not lost', async () => {
  const orders = await Promise.all(Array.from({ length: PER_KEY }, () => waiting()));
  const followed = await Promise.all(
    orders.map(async ({ id }) => {
      const paid = client.pay(id, 'tok_visa');
      const source = await follow(id);
      await paid;
      return source;
    }),
  );
  expect(await Promise.all(followed.map(({ ended }) => ended))).toEqual([true, true, true, true]);
  expect(followed.map(({ ids }) => ids)).toEqual(followed.map(() => [1, 2, 3, 4]));
});

test('an order that is not there, and an id that is none, are refused as everywhere', async () => {
  expect((await follow(`ord_${'0'.repeat(26)}`)).response.status).toBe(404);
  expect(await client.send('GET', '/v1/orders/x/events')).toMatchObject({ status: 422 });
  const { id } = await waiting();
  const answer = await client.send('GET', `/v1/orders/${id}/events`, undefined, { 'last-event-id': 'x' });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/headers/last-event-id' }] } });
  expect((await client.send('HEAD', `/v1/orders/${id}/events`)).status).toBe(200);
});

test('a caller and a gateway have so many streams and no more; one that is closed makes room', async () => {
  const { id } = await waiting();
  const mine = await Promise.all(Array.from({ length: PER_KEY }, () => follow(id)));
  const refused = await client.send('GET', `/v1/orders/${id}/events`);
  expect(refused).toMatchObject({
    status: 429,
    body: { type: '/problems/too-many-streams', limit: PER_KEY },
  });
  expect(refused.headers.get('retry-after')).toBe('5');
  const { otherApiKey: apiKey } = shop.stack;
  await Promise.all([follow(id, { apiKey }), follow(id, { apiKey })]);
  const full = await shop.client({ apiKey }).send('GET', `/v1/orders/${id}/events`);
  expect(full).toMatchObject({ status: 503, body: { type: '/problems/service-unavailable' } });
  mine[0]?.close();
  // The gateway hears of it a moment later.
  const deadline = performance.now() + 10_000;
  let again = await follow(id);
  while (again.response.status !== 200 && performance.now() < deadline) again = await follow(id);
  expect(again.response.status).toBe(200);
});

test('a service that is killed and started again goes on telling', async () => {
  const { id } = await waiting();
  const source = await follow(id);
  await source.until('what was there', ({ ids }) => ids.length === 2);
  const killed = shop.stack.all('order');
  await Promise.all(killed.map((service) => service.stop()));
  await Promise.all(killed.map((service) => service.start()));
  await client.pay(id, 'tok_visa');
  expect(await source.ended).toBe(true);
  expect(source.ids).toEqual([1, 2, 3, 4]);
});

test('a gateway that stops says so to its streams, and stops in order', async () => {
  const { id } = await waiting();
  const source = await follow(id, { gateway: 1 });
  await source.until('what was there', ({ ids }) => ids.length === 2);
  const gateway = shop.stack.of('gateway', 1);
  const begun = performance.now();
  expect(await gateway.stop()).toBe(0);
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(await source.ended).toBe(true);
  expect(source.comments.at(-1)).toBe('the gateway stops, connect again');
  await gateway.start();
  const again = await follow(id, { gateway: 1, after: 2 });
  await client.send('POST', `/v1/orders/${id}/cancel`);
  await again.ended;
  expect(again.ids).toEqual([3]);
  await shop.expectSound();
});
