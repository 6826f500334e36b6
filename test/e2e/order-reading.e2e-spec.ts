import { randomUUID } from 'node:crypto';
import { type OrderView, type PaymentView, type TimelineEntry } from '#contracts';
import { type Answer, type Client, type Problem } from './client.js';
import { EventSource } from './event-source.js';
import { Shop } from './shop.js';

interface Expanded extends OrderView {
  readonly payments?: readonly PaymentView[];
  readonly timeline?: readonly TimelineEntry[];
}

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open();
  client = shop.client();
  await client.stocked('TEA', 1_000);
});

afterAll(() => shop?.close());

const note = <T = TimelineEntry>(id: string, text: string, key: string = randomUUID()): Promise<Answer<T>> =>
  client.send('POST', `/v1/orders/${id}/notes`, { text }, { 'idempotency-key': key });

describe('an order that is expanded', () => {
  test('brings its payments, newest first, and its timeline, each when asked for', async () => {
    const { body: placed } = await client.place({ sku: 'TEA' });
    await client.paid(placed.id, 'tok_declined');
    await client.paid(placed.id, 'tok_visa');
    await shop.books.quiet();
    const path = `/v1/orders/${placed.id}`;
    const plain = await client.read<Expanded>(path);
    const both = await client.read<Expanded>(`${path}?expand=payments,timeline`);
    const payments = await client.read<{ data: PaymentView[] }>(`/v1/payments?orderId=${placed.id}`);
    expect(both).toEqual({ ...plain, payments: payments.data, timeline: await client.timeline(placed.id) });
    expect(both.payments?.map(({ status }) => status)).toEqual(['captured', 'declined']);
    expect(await client.read(`${path}?expand=payments`)).toEqual({ ...plain, payments: payments.data });
    expect(await client.read(`${path}?expand=timeline`)).toEqual({ ...plain, timeline: both.timeline });
  });

  test('has an ETag that tells of everything it shows: a refund changes it, though not the order', async () => {
    const { body } = await client.place({ sku: 'TEA', method: 'tok_visa' });
    await shop.books.quiet();
    const [plain, expanded] = [`/v1/orders/${body.id}`, `/v1/orders/${body.id}?expand=payments`];
    const known = (await client.send('GET', expanded)).headers.get('etag') as string;
    const version = (await client.send('GET', plain)).headers.get('etag') as string;
    const again = (path: string, tag: string) =>
      client.send('GET', path, undefined, { 'if-none-match': tag });
    expect(await again(expanded, known)).toMatchObject({ status: 304, text: '' });
    expect((await again(expanded, version)).status).toBe(200);
    const path = `/v1/payments/${body.paymentId}/refunds`;
    await client.send('POST', path, {}, { 'idempotency-key': randomUUID(), prefer: 'wait=10' });
    await shop.books.quiet();
    expect((await again(plain, version)).status).toBe(304);
    expect((await again(expanded, known)).status).toBe(200);
    const cancel = await client.send('POST', `${plain}/cancel`, undefined, { 'if-match': known });
    expect(cancel).toMatchObject({ status: 400, body: { errors: [{ pointer: '/headers/if-match' }] } });
  });

  test.each([
    ['expand=refunds', '/query/expand', 'must not name "refunds"'],
    ['expand=payments,,timeline', '/query/expand', 'must not name ""'],
    ['expand=', '/query/expand', 'must not name ""'],
    ['expand=payments&expand=timeline', '/query/expand', 'must not name'],
    ['expands=payments', '/query/expands', 'is not known here'],
    ['limit=2', '/query/limit', 'is not known here'],
  ])('is refused by name: ?%s', async (query, pointer, words) => {
    const { status, body } = await client.send('GET', `/v1/orders/ord_${'0'.repeat(26)}?${query}`);
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
    expect(body.errors?.[0]?.detail).toContain(words);
  });
});

describe('a note', () => {
  test('stands in the timeline where it was written, with its author, and changes nothing else', async () => {
    const { body: placed } = await client.place({ sku: 'TEA' });
    const first = await note(placed.id, 'call before delivery');
    expect(first).toMatchObject({
      status: 201,
      body: { version: 3, from: 'awaiting_payment', service: 'gateway' },
    });
    expect(first.headers.get('etag')).toBe('"3"');
    await client.pay(placed.id, 'tok_visa');
    const second = await note(placed.id, '客户要求下午送货');
    const timeline = await client.timeline(placed.id);
    expect(timeline.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
    expect([timeline[2], timeline[5]]).toEqual([first.body, second.body]);
    expect(timeline[5]?.detail).toEqual({ note: { text: '客户要求下午送货', author: 'test' } });
    expect(await client.order(placed.id)).toMatchObject({ status: 'confirmed', version: 6 });
    await shop.expectSound();
  });

  test('is written once for each key, by whichever of 10 twins, and replayed as it was', async () => {
    const { body: placed } = await client.place({ sku: 'TEA', method: 'tok_visa' });
    const key = randomUUID();
    const twins = await Promise.all(Array.from({ length: 10 }, () => note(placed.id, 'once', key)));
    expect(new Set(twins.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(twins.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(9);
    expect(await note(placed.id, 'twice', key)).toMatchObject({ status: 422 });
    expect((await client.timeline(placed.id)).filter(({ cause }) => cause === 'order.note.v1')).toHaveLength(
      1,
    );
  });

  test('of 30 writers at once, while the order is paid and cancelled, leaves no gap and nothing out of order', async () => {
    const { body: placed } = await client.place({ sku: 'TEA' });
    const url = `${shop.stack.url}/v1/orders/${placed.id}/events`;
    const source = await EventSource.open(url, shop.stack.apiKey);
    const texts = Array.from({ length: 30 }, (_, i) => `note ${i}`);
    const written = texts.map((text) => note(placed.id, text));
    await client.pay(placed.id, 'tok_visa');
    await client.send('POST', `/v1/orders/${placed.id}/cancel`);
    expect((await Promise.all(written)).map(({ status }) => status)).toEqual(texts.map(() => 201));
    await shop.books.quiet();
    const timeline = await client.timeline(placed.id);
    expect(timeline.map(({ version }) => version)).toEqual(timeline.map((_, i) => i + 1));
    const noted = timeline.flatMap(
      ({ detail }) => (detail?.note as { text: string } | undefined)?.text ?? [],
    );
    expect(noted.toSorted()).toEqual(texts.toSorted());
    expect(await source.ended).toBe(true);
    const told = source.events.filter(({ name }) => name === 'message').map(({ data }) => data);
    expect(told).toEqual(timeline.slice(0, told.length));
    expect(await client.order(placed.id)).toMatchObject({ status: 'cancelled', version: timeline.length });
    await shop.expectSound();
  });

  test.each([
    ['a card number', 'card 4111 1111 1111 1111', '/text'],
    ['nothing', '', '/text'],
    ['more than 1 000 characters', 'x'.repeat(1_001), '/text'],
    ['control characters', 'a\u0000b', '/text'],
  ])('with %s is refused, and not written', async (_, text, pointer) => {
    const { body: placed } = await client.place({ sku: 'TEA', method: 'tok_visa' });
    const refused = await note<Problem>(placed.id, text);
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
    expect((await client.timeline(placed.id)).some(({ cause }) => cause === 'order.note.v1')).toBe(false);
  });

  test('needs a key, and an order', async () => {
    const { body } = await client.send('POST', `/v1/orders/ord_${'0'.repeat(26)}/notes`, { text: 'a' });
    expect(body.type).toBe('/problems/idempotency-key-missing');
    expect(await note(`ord_${'0'.repeat(26)}`, 'a')).toMatchObject({ status: 404 });
  });
});
