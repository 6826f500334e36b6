import { randomUUID } from 'node:crypto';
import { type HistoricPrice, type ImportView, type LedgerPosting, type ProductView } from '#contracts';
import { type Client } from './client.js';
import { Shop } from './shop.js';

let shop: Shop;
let client: Client;

beforeAll(async () => {
  shop = await Shop.open();
  client = shop.client();
});
afterAll(() => shop?.close());
afterEach(() => shop.expectSound());

const euro = (amount: number) => ({ amount, currency: 'EUR' });
const yen = (amount: number) => ({ amount, currency: 'JPY' });
const dinar = (amount: number) => ({ amount, currency: 'KWD' });

async function put(sku: string, product: object): Promise<ProductView> {
  const { status, text, body } = await client.send<ProductView>('PUT', `/v1/products/${sku}`, {
    name: sku,
    ...product,
  });
  if (status > 201) throw new Error(text);
  return body;
}

async function history(sku: string, limit = 100): Promise<HistoricPrice[]> {
  const all: HistoricPrice[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path: string = `/v1/products/${sku}/prices?limit=${limit}${cursor && `&cursor=${cursor}`}`;
    const page: { data: HistoricPrice[]; nextCursor: string | null } = await client.read(path);
    all.push(...page.data);
    cursor = page.nextCursor;
  }
  return all;
}

describe('several currencies', () => {
  test('an order in any of them is priced, paid and booked in it, in its minor units', async () => {
    await client.stocked('TEA', 100, { price: euro(1_999), prices: [yen(330), dinar(6_125)] });
    for (const [currency, unit] of [
      ['EUR', 1_999],
      ['JPY', 330],
      ['KWD', 6_125],
    ] as const) {
      const total = { amount: unit * 3, currency };
      const { body } = await client.place({
        sku: 'TEA',
        quantity: 3,
        currency,
        expectedTotal: total,
        method: 'tok_visa',
      });
      expect(body).toMatchObject({
        status: 'confirmed',
        total,
        lines: [{ unitPrice: { amount: unit, currency }, total }],
      });
      const payment = await client.payment(body.paymentId as string);
      expect(payment).toMatchObject({ status: 'captured', amount: total, capturedAmount: unit * 3 });
      const { data } = await client.read<{ data: LedgerPosting[] }>(`/v1/payments/${payment.id}/ledger`);
      expect(data.flatMap(({ debit }) => debit ?? [])).toContainEqual(total);
    }
  });

  test('an order in another one is rejected, and nothing is held', async () => {
    await client.stocked('MUG', 5, { price: yen(1_200), prices: [dinar(3_000)] });
    const { body } = await client.place({ sku: 'MUG', currency: 'USD', method: 'tok_visa' });
    expect(body).toMatchObject({ status: 'rejected', reason: { code: 'currency_mismatch' } });
    expect(body.reason?.detail).toBe('MUG is priced in JPY, KWD, not USD');
    await shop.books.quiet();
    expect(await client.stock('MUG')).toMatchObject({ reserved: 0 });
  });

  test('are read as they were put, and are gone when they are left out', async () => {
    const given = { price: euro(5), prices: [{ amount: 6, currency: 'USD' }, yen(7)] };
    expect((await put('READ', given)).prices).toEqual([yen(7), { amount: 6, currency: 'USD' }]);
    const { price, prices, version } = await client.read<ProductView>('/v1/products/READ');
    expect((await put('READ', { price, prices })).version).toBe(version);
    expect((await put('READ', { price })).prices).toEqual([]);
  });

  test.each<[string, object[], string]>([
    ['the currency of price', [euro(1)], '/prices'],
    ['a currency twice', [yen(1), yen(2)], '/prices'],
    ['a currency that is none', [{ amount: 1, currency: 'XXY' }], '/prices/0/currency'],
    ['a fraction', [{ amount: 1.5, currency: 'USD' }], '/prices/0/amount'],
  ])('are refused with %s', async (_, prices, pointer) => {
    const answer = await client.send('PUT', '/v1/products/BAD', { name: 'Bad', price: euro(1), prices });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  test('are imported and exported', async () => {
    const body = 'sku,name,price,currency,prices\nIMP,Imported,500,EUR,JPY:80 KWD:1500\n';
    const headers = { 'content-type': 'text/csv', 'idempotency-key': randomUUID() };
    const { body: view } = await client.send<ImportView>('POST', '/v1/stock/imports', body, headers);
    expect(view).toMatchObject({ rowsApplied: 1 });
    expect(await client.read('/v1/products/IMP')).toMatchObject({
      price: euro(500),
      prices: [yen(80), dinar(1_500)],
    });
    expect((await client.send('GET', '/v1/stock/exports')).text).toContain(
      '\nIMP,Imported,500,EUR,JPY:80 KWD:1500,true,0\n',
    );
  });
});

describe('the price history', () => {
  test('has every price with its time and request, newest first, by pages', async () => {
    const ids = ['req-price-1', 'req-price-2', 'req-price-3'];
    const products = [
      { name: 'Past', price: euro(100), prices: [yen(10)] },
      { name: 'Past', price: euro(110), prices: [yen(10)] },
      { name: 'Past', price: euro(120) },
    ];
    for (const [i, product] of products.entries()) {
      await client.send('PUT', '/v1/products/PAST', product, { 'x-request-id': ids[i] });
    }
    await client.send('PUT', '/v1/products/PAST', { name: 'Renamed', price: euro(120) });
    const expected = [
      ['JPY', null, ids[2]],
      ['EUR', 120, ids[2]],
      ['EUR', 110, ids[1]],
      ['JPY', 10, ids[0]],
      ['EUR', 100, ids[0]],
    ];
    for (const limit of [100, 1, 2]) {
      const prices = await history('PAST', limit);
      expect(prices.map(({ currency, amount, requestId }) => [currency, amount, requestId])).toEqual(
        expected,
      );
    }
    const { updatedAt } = await client.read<ProductView>('/v1/products/PAST');
    const times = (await history('PAST')).map(({ from }) => from);
    expect(times).toEqual(times.toSorted().reverse());
    expect(times[0]?.localeCompare(updatedAt)).toBeLessThan(1);
  });

  test('is of products that there are', async () => {
    expect(await client.send('GET', '/v1/products/NONE/prices')).toMatchObject({ status: 404 });
  });

  test('an order keeps the price that it was placed at', async () => {
    await client.stocked('SNAP', 10, { price: euro(700), prices: [yen(90)] });
    const placed = [
      await client.place({ sku: 'SNAP', quantity: 2 }),
      await client.place({ sku: 'SNAP', quantity: 2, currency: 'JPY' }),
    ];
    await put('SNAP', { price: euro(900), prices: [yen(120)] });
    for (const { body } of placed) {
      const { lines, total } = await client.order(body.id);
      expect({ lines, total }).toEqual({ lines: body.lines, total: body.total });
      const paid = await client.paid(body.id, 'tok_visa');
      expect(paid).toMatchObject({ status: 'captured', amount: body.total });
    }
    expect(placed.map(({ body }) => body.total?.amount)).toEqual([1_400, 180]);
    expect((await client.place({ sku: 'SNAP', quantity: 2 })).body.total).toEqual(euro(1_800));
  });
});
