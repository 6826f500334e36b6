import { randomUUID } from 'node:crypto';
import { type LedgerPosting, newId, type OrderView, type PaymentView, type RefundView } from '#contracts';
import { type Client } from './client.js';
import { Shop } from './shop.js';

const SKU = 'TEA-PAY';
const LARGEST = 1_999;

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open({ replicas: { payment: 2 } });
  client = shop.client();
  await client.stocked(SKU, 1_000);
});

/** The books of all three services, and across them, after every test. */
afterEach(() => shop.expectSound());

afterAll(() => shop?.close());

const eur = (amount: number) => ({ amount: { amount, currency: 'EUR' } });
const keyed = (key: string = randomUUID()) => ({ 'idempotency-key': key });
const patient = { prefer: 'wait=10' };

/** A confirmed order, and its payment of 1999. */
async function paid(capture: 'automatic' | 'manual' = 'automatic', method = 'tok_visa') {
  const lines = [{ sku: SKU, quantity: 1 }];
  const body = { customerId: 'cus_1', currency: 'EUR', lines, payment: { method, capture } };
  const placed = await client.send<OrderView>('POST', '/v1/orders', body, { ...keyed(), ...patient });
  const { id, status, paymentId } = placed.body;
  expect(status).toBe('confirmed');
  return { orderId: id, path: `/v1/payments/${paymentId}` };
}

const refund = (path: string, body: object = {}, headers: object = keyed()) =>
  client.send<RefundView>('POST', `${path}/refunds`, body, { ...patient, ...headers });
const read = async (path: string) => (await client.send<PaymentView>('GET', path)).body;
const list = async <T>(path: string) =>
  (await client.send<{ data: T[]; nextCursor: string | null }>('GET', path)).body;

/** What the postings of a payment add up to, by account. */
async function balances(path: string): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { account, debit, credit } of (await list<LedgerPosting>(`${path}/ledger`)).data) {
    sums[account] = (sums[account] ?? 0) + (debit?.amount ?? 0) - (credit?.amount ?? 0);
  }
  return sums;
}

describe('a manual payment', () => {
  test('is authorized, and captured in part when the client says so', async () => {
    const { path } = await paid('manual');
    expect(await read(path)).toMatchObject({ status: 'authorized', capturedAmount: 0 });
    const captured = await client.send<PaymentView>('POST', `${path}/capture`, eur(500), patient);
    expect(captured).toMatchObject({
      status: 200,
      body: { status: 'captured', capturedAmount: 500, refundableAmount: 500, ...eur(LARGEST) },
    });
    expect(captured.headers.get('etag')).toBe(`"${captured.body.version}"`);

    const again = await client.send('POST', `${path}/capture`, eur(500));
    expect([again.status, again.text]).toEqual([200, captured.text]);
    const more = await client.send('POST', `${path}/capture`);
    expect(more).toMatchObject({ status: 409, body: { type: '/problems/payment-not-capturable' } });
    const gone = await client.send('POST', `${path}/void`);
    expect(gone).toMatchObject({ status: 409, body: { type: '/problems/payment-not-voidable' } });
    expect(await balances(path)).toEqual({ provider_clearing: 500, sales: -500 });
  });

  test('is captured whole without a body, though the provider does not answer', async () => {
    const { path } = await paid('manual', 'tok_unknown');
    const captured = await client.send<PaymentView>('POST', `${path}/capture`, undefined, patient);
    expect(captured.headers.get('preference-applied')).toBe('wait');
    expect(captured.body).toMatchObject({ status: 'captured', capturedAmount: LARGEST });
  });

  test('that is voided takes its order with it, and the stock goes back', async () => {
    const before = await client.stock(SKU);
    const { orderId, path } = await paid('manual');
    const voided = await client.send<PaymentView>('POST', `${path}/void`, undefined, patient);
    expect(voided).toMatchObject({ status: 200, body: { status: 'voided', capturedAmount: 0 } });
    expect((await client.send('POST', `${path}/void`)).text).toBe(voided.text);
    const order = await client.until(orderId, 'cancelled');
    expect(order.reason).toMatchObject({ code: 'requested' });
    await shop.books.quiet();
    expect(await client.stock(SKU)).toMatchObject({ available: before.available, reserved: before.reserved });
    expect((await list(`${path}/ledger`)).data).toEqual([]);
  });

  test('is captured and voided only at the version that the client has seen', async () => {
    const { path } = await paid('manual');
    const stale = { 'if-match': '"1"' };
    for (const what of ['capture', 'void']) {
      const refused = await client.send('POST', `${path}/${what}`, undefined, stale);
      expect(refused).toMatchObject({ status: 412, body: { type: '/problems/version-mismatch' } });
    }
    const { version } = await read(path);
    const fresh = await client.send('POST', `${path}/capture`, undefined, {
      ...patient,
      'if-match': `"${version}"`,
    });
    expect(fresh.status).toBe(200);
  });
});

describe('a refund', () => {
  test('gives back a part, and then the rest', async () => {
    const { path } = await paid();
    const first = await refund(path, { ...eur(500), reason: 'one was damaged' });
    expect(first).toMatchObject({
      status: 201,
      body: { status: 'succeeded', ...eur(500), reason: 'one was damaged' },
    });
    const location = first.headers.get('location') as string;
    expect((await client.send('GET', location)).text).toBe(first.text);
    expect(await read(path)).toMatchObject({
      status: 'captured',
      refundedAmount: 500,
      refundableAmount: 1_499,
    });
    const rest = await refund(path);
    expect(rest.body).toMatchObject({ status: 'succeeded', ...eur(1_499), reason: null });
    expect(await refund(path)).toMatchObject({
      status: 409,
      body: { type: '/problems/payment-not-refundable' },
    });
    const all = await list<RefundView>(`${path}/refunds`);
    expect(all).toEqual({ data: [first.body, rest.body], nextCursor: null });
    expect(await balances(path)).toEqual({ provider_clearing: 0, sales: -LARGEST, refunds: LARGEST });
  });

  test('is made once for each key, and answered alike', async () => {
    const { path } = await paid();
    const key = keyed();
    const first = await refund(path, eur(500), key);
    const again = await refund(path, eur(500), key);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    const reused = await refund(path, eur(501), key);
    expect(reused).toMatchObject({ status: 422, body: { type: '/problems/idempotency-key-reused' } });
    expect(await read(path)).toMatchObject({ refundedAmount: 500 });
  });

  test('asked for by 20 clients at once never gives back more than was captured', async () => {
    const { path } = await paid();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refund(path, eur(300))));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(201), count(409)]).toEqual([6, 14]);
    await shop.books.quiet();
    expect(await read(path)).toMatchObject({ refundedAmount: 1_800, refundableAmount: 199 });
    expect((await list<RefundView>(`${path}/refunds`)).data).toHaveLength(6);
  });

  test('races with the cancel of its order, and exactly what was captured goes back', async () => {
    const { orderId, path } = await paid();
    const refunds = Array.from({ length: 10 }, () => refund(path, eur(150)));
    await client.send('POST', `/v1/orders/${orderId}/cancel`);
    await Promise.all(refunds);
    await shop.books.quiet();
    expect(await read(path)).toMatchObject({ refundedAmount: LARGEST, refundableAmount: 0 });
    expect(await balances(path)).toEqual({ provider_clearing: 0, sales: -LARGEST, refunds: LARGEST });
  });

  test('before a cancel leaves it the rest', async () => {
    const { orderId, path } = await paid();
    await refund(path, eur(700));
    expect((await client.send('POST', `/v1/orders/${orderId}/cancel`)).status).toBe(202);
    await shop.books.quiet();
    const { data } = await list<RefundView>(`${path}/refunds`);
    expect(data.map(({ amount }) => amount.amount)).toEqual([700, 1_299]);
    expect(await refund(path, eur(1))).toMatchObject({
      status: 409,
      body: { type: '/problems/payment-not-refundable' },
    });
  });
});

describe('what can be read', () => {
  test('is every payment that an order has tried, newest first, by pages', async () => {
    const { body: order } = await client.place({ sku: SKU });
    const declined = await client.paid(order.id, 'tok_declined');
    const captured = await client.paid(order.id, 'tok_visa');
    const path = `/v1/payments?orderId=${order.id}`;
    const { data } = await list<PaymentView>(path);
    expect(data).toMatchObject([
      { id: captured.id, status: 'captured' },
      { id: declined.id, status: 'declined' },
    ]);
    const first = await list<PaymentView>(`${path}&limit=1`);
    const second = await list<PaymentView>(`${path}&limit=1&cursor=${first.nextCursor}`);
    expect([...first.data, ...second.data]).toEqual(data);
    expect(second.nextCursor).toBeNull();
  });

  test('is refunds and postings by pages, with cursors that belong to their list', async () => {
    const { path } = await paid();
    for (const amount of [100, 200]) await refund(path, eur(amount));
    const postings = await list<LedgerPosting>(`${path}/ledger?limit=2`);
    expect(postings.data.map(({ journal }) => journal.slice(0, 4))).toEqual(['capt', 'capt', 'ref_', 'ref_']);
    const rest = await list<LedgerPosting>(`${path}/ledger?cursor=${postings.nextCursor}`);
    expect([rest.data.length, rest.nextCursor]).toEqual([2, null]);
    const first = await list<RefundView>(`${path}/refunds?limit=1`);
    const second = await list<RefundView>(`${path}/refunds?limit=1&cursor=${first.nextCursor}`);
    expect([...first.data, ...second.data].map(({ amount }) => amount.amount)).toEqual([100, 200]);
    const foreign = await client.send('GET', `${path}/refunds?cursor=${postings.nextCursor}`);
    expect(foreign).toMatchObject({ status: 400, body: { type: '/problems/cursor-invalid' } });
  });
});

describe('bad input is refused by name', () => {
  let path: string;
  beforeAll(async () => {
    ({ path } = await paid());
  });

  const unknown = `/v1/payments/${newId('pay')}`;
  test.each<[string, string, object | string, number, string]>([
    ['/refunds', 'amount of nothing', eur(0), 422, '/amount/amount'],
    [
      '/refunds',
      'amount in another currency',
      { amount: { amount: 1, currency: 'USD' } },
      422,
      '/amount/currency',
    ],
    ['/refunds', 'amount that is a number', { amount: 5 }, 422, '/amount'],
    ['/refunds', 'reason that is a card number', { reason: '4111 1111 1111 1111' }, 422, '/reason'],
    ['/refunds', 'reason that is too long', { reason: 'x'.repeat(201) }, 422, '/reason'],
    ['/refunds', 'field that nobody knows', { sum: 5 }, 422, '/sum'],
    ['/refunds', 'body that is a list', [], 422, ''],
    ['/capture', 'amount of nothing', eur(-1), 422, '/amount/amount'],
    ['/capture', 'field that nobody knows', { amounts: 1 }, 422, '/amounts'],
    [
      '/capture',
      'amount in another currency',
      { amount: { amount: 1, currency: 'USD' } },
      422,
      '/amount/currency',
    ],
  ])('POST %s with an %s', async (what, _, body, status, pointer) => {
    const answer = await client.send('POST', `${path}${what}`, body, keyed());
    expect(answer).toMatchObject({ status, body: { errors: [{ pointer }] } });
  });

  test.each<[string, string, object, number, string]>([
    ['POST', '/refunds', {}, 400, 'idempotency-key-missing'],
    ['POST', '/refunds', keyed('ü'.normalize()), 400, 'idempotency-key-invalid'],
    ['GET', '/refunds?limit=0', {}, 422, 'validation-failed'],
    ['GET', '/ledger?limit=101', {}, 422, 'validation-failed'],
    ['GET', '/ledger?cursor=x', {}, 400, 'cursor-invalid'],
    ['GET', `/refunds/${newId('ref')}`, {}, 404, 'refund-not-found'],
    ['GET', '/refunds/ref_1', {}, 422, 'validation-failed'],
    ['POST', '/capture', {}, 409, 'payment-not-capturable'],
    ['POST', '/void', { 'if-match': '3' }, 400, 'malformed-request'],
  ])('%s %s with %j', async (method, what, headers, status, code) => {
    const answer = await client.send(method, `${path}${what}`, method === 'POST' ? {} : undefined, headers);
    expect(answer).toMatchObject({ status, body: { type: `/problems/${code}` } });
  });

  test.each([
    ['POST', `${unknown}/capture`],
    ['POST', `${unknown}/void`],
    ['POST', `${unknown}/refunds`],
    ['GET', `${unknown}/refunds`],
    ['GET', `${unknown}/ledger`],
  ])('%s %s about a payment that there is not', async (method, where) => {
    const answer = await client.send(method, where, undefined, keyed());
    expect(answer).toMatchObject({ status: 404, body: { type: '/problems/payment-not-found' } });
  });

  test('GET /v1/payments without an order, with one that is none, and with one that there is not', async () => {
    const ask = (query: string) => client.send('GET', `/v1/payments${query}`);
    expect(await ask('')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/query/orderId' }] } });
    expect(await ask('?orderId=1')).toMatchObject({ status: 422 });
    expect(await ask(`?orderId=${newId('ord')}`)).toMatchObject({ status: 404 });
  });
});
