import { randomUUID } from 'node:crypto';
import { type PeriodBalance, type PeriodPosting, type TrialBalance } from '#contracts';
import { type Client } from './client.js';
import { Shop } from './shop.js';

interface PeriodPage {
  readonly data: readonly PeriodPosting[];
  readonly balances: readonly PeriodBalance[] | null;
  readonly nextCursor: string | null;
}

const SKU = 'TEA-BOOKS';
const PRICE = 1_999;

let shop: Shop;
let client: Client;
const payments: string[] = [];

beforeAll(async () => {
  shop = await Shop.open();
  client = shop.client();
  await client.stocked(SKU, 1_000);
  for (let i = 0; i < 5; i++) {
    const { body } = await client.place({ sku: SKU, method: i === 4 ? 'tok_declined' : 'tok_visa' });
    if (i < 4) payments.push(String(body.paymentId));
  }
  for (const amount of [100, 200]) {
    const headers = { 'idempotency-key': randomUUID(), prefer: 'wait=10' };
    const refund = { amount: { amount, currency: 'EUR' } };
    await client.send('POST', `/v1/payments/${payments[0]}/refunds`, refund, headers);
  }
  await shop.expectSound();
});
afterAll(() => shop?.close());

const hence = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
const query = (more: object = {}): string =>
  new URLSearchParams({ from: hence(-60), to: hence(60), ...more }).toString();

async function pages(more: object): Promise<PeriodPage[]> {
  const found: PeriodPage[] = [];
  const path = `/v1/ledger?${query(more)}`;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: PeriodPage = await client.read(cursor ? `${path}&cursor=${cursor}` : path);
    found.push(page);
    cursor = page.nextCursor;
  }
  return found;
}

test('a period has every posting of every payment, page by page, oldest first', async () => {
  const [first, ...rest] = await pages({ limit: '1' });
  expect(rest).toHaveLength(5);
  const all = [first, ...rest].flatMap((page) => page?.data ?? []);
  expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).sort());
  expect([...new Set(all.map(({ paymentId }) => paymentId))].sort()).toEqual(payments.toSorted());
  const [whole] = await pages({ limit: '100' });
  expect(whole?.data).toEqual(all);
  expect(first?.balances).toEqual(whole?.balances);
  expect(rest.map(({ balances }) => balances)).toEqual(Array(5).fill(null));
});

test('one account has its own postings and balance only', async () => {
  const [page] = await pages({ account: 'refunds' });
  expect(page?.data.map(({ account, debit }) => [account, debit?.amount])).toEqual([
    ['refunds', 100],
    ['refunds', 200],
  ]);
  expect(page?.balances).toEqual([{ account: 'refunds', currency: 'EUR', opening: 0, closing: 300 }]);
});

test('what a period closes with the next one opens with', async () => {
  const [before] = await pages({});
  const path = `/v1/ledger?${query({ from: hence(60), to: hence(120) })}`;
  const after = await client.read<PeriodPage>(path);
  expect(after.data).toEqual([]);
  expect(after.balances?.map(({ opening, closing }) => [opening, closing])).toEqual(
    before?.balances?.map(({ closing }) => [closing, closing]),
  );
});

test('the trial balance is zero, now and at any time', async () => {
  expect(await client.read<TrialBalance>('/v1/ledger/trial-balance')).toMatchObject({
    accounts: [
      { account: 'provider_clearing', currency: 'EUR', balance: 4 * PRICE - 300 },
      { account: 'refunds', currency: 'EUR', balance: 300 },
      { account: 'sales', currency: 'EUR', balance: -4 * PRICE },
    ],
    totals: [{ currency: 'EUR', debit: 4 * PRICE + 300, credit: 4 * PRICE + 300, balance: 0 }],
  });
  const at = (await pages({}))[0]?.data[4]?.at ?? '';
  const then = await client.read<TrialBalance>(`/v1/ledger/trial-balance?at=${at}`);
  expect(then.totals).toMatchObject([{ debit: 2 * PRICE, balance: 0 }]);
  const early = await client.read<TrialBalance>('/v1/ledger/trial-balance?at=2020-01-01T00:00:00Z');
  expect(early).toMatchObject({ accounts: [], totals: [] });
});

test.each([
  [`from=2026-02-30T00:00:00Z&to=2026-03-01T00:00:00Z`, '/query/from'],
  [`from=2026-03-01&to=2026-03-02T00:00:00Z`, '/query/from'],
  [`from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:00Z`, '/query/to'],
  [`from=2026-03-01T00:00:00Z`, '/query/to'],
  [`from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&account=cash`, '/query/account'],
  [`from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&limit=101`, '/query/limit'],
])('refuses ?%s by name', async (asked, pointer) => {
  const { status, body } = await client.send('GET', `/v1/ledger?${asked}`);
  expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
});

test('takes a period of a thousand years', async () => {
  const asked = 'from=2000-01-01T00:00%2B23:59&to=2999-12-31T23:59:59.999-23:59';
  expect((await client.read<PeriodPage>(`/v1/ledger?${asked}`)).data).toHaveLength(12);
});

test('refuses a trial balance with what it does not know, and a cursor of another period', async () => {
  const { status, body } = await client.send('GET', '/v1/ledger/trial-balance?limit=1');
  expect([status, body.errors?.[0]?.pointer]).toEqual([422, '/query/limit']);
  const page = await client.read<PeriodPage>(`/v1/ledger?${query({ limit: '1' })}`);
  const other = query({ from: hence(-10), cursor: page.nextCursor });
  expect((await client.send('GET', `/v1/ledger?${other}`)).status).toBe(400);
});
