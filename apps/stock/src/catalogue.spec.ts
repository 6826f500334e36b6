import { adjust, code, later, put, reserve, START, Warehouse, warehouse } from '../test/warehouse.js';

describe('a product', () => {
  it('starts without stock and without a movement', () => {
    const stock = new Warehouse();
    expect(stock.tell(put('tea')).answer).toEqual({
      created: true,
      product: {
        sku: 'tea',
        name: 'TEA',
        price: { amount: 250, currency: 'EUR' },
        prices: [],
        active: true,
        version: 1,
        stock: { sku: 'tea', onHand: 0, reserved: 0, available: 0, version: 1 },
        createdAt: START.toISOString(),
        updatedAt: START.toISOString(),
      },
    });
    expect(stock.movements).toEqual([]);
  });

  it('keeps its level and its beginning when it is replaced', () => {
    const stock = warehouse({ tea: 4 });
    const answer = stock.tell(put('tea', { name: 'Sencha', active: false }), later(5)).answer;
    expect(answer).toMatchObject({
      created: false,
      product: { name: 'Sencha', active: false, version: 2, stock: { onHand: 4, version: 3 } },
    });
    expect(answer).toMatchObject({
      product: { createdAt: START.toISOString(), updatedAt: later(5).toISOString() },
    });
  });

  it('keeps its version when it is replaced by the same', () => {
    expect(warehouse({ tea: 4 }).tell(put('tea'))).toMatchObject({ answer: { product: { version: 1 } } });
  });

  it('has a version of its own, which sales and adjustments leave alone', () => {
    const stock = warehouse({ tea: 4 });
    stock.tell(reserve({ tea: 1 }));
    stock.tell(adjust('tea', { delta: 2, reason: 'received' }));
    expect(stock.tell(put('tea', { name: 'Sencha' }, 1)).answer).toMatchObject({
      product: { version: 2, stock: { onHand: 6, reserved: 1, version: 5 } },
    });
  });

  it('is replaced only in the version that was expected', () => {
    const stock = warehouse({ tea: 4 });
    expect(code(stock.tell(put('tea', { name: 'Sencha' }, 2)))).toBe('version-mismatch');
    expect(code(stock.tell(put('tea', { name: 'Sencha' }, 1)))).toBeUndefined();
    expect(code(stock.tell(put('tea', { name: 'Gyokuro' }, 1)))).toBe('version-mismatch');
    expect(code(stock.tell(put('new', {}, 1)))).toBe('version-mismatch');
    expect(code(stock.tell(put('new', {}, 0)))).toBeUndefined();
  });
});

describe('prices', () => {
  const yen = (amount: number) => ({ amount, currency: 'JPY' });
  const euro = (amount: number) => ({ amount, currency: 'EUR' });
  const since = (stock: Warehouse, from: number) =>
    stock.prices.slice(from).map(({ seq, currency, amount }) => [seq, currency, amount]);

  it('are kept, each with the version that it came with', () => {
    const stock = new Warehouse();
    stock.tell(put('tea', { prices: [{ amount: 5, currency: 'USD' }, yen(330)] }));
    stock.tell(put('tea', { prices: [yen(330), { amount: 5, currency: 'USD' }] }));
    stock.tell(adjust('tea', { delta: 1, reason: 'received' }));
    stock.tell(put('tea', { price: euro(300), prices: [yen(400)] }), later(5));
    expect(since(stock, 0)).toEqual([
      [1, 'EUR', 250],
      [1, 'JPY', 330],
      [1, 'USD', 5],
      [3, 'EUR', 300],
      [3, 'JPY', 400],
      [3, 'USD', null],
    ]);
    expect(stock.prices.at(-1)?.at).toEqual(later(5));
  });

  it('do not come twice when the main currency becomes another one', () => {
    const stock = new Warehouse();
    stock.tell(put('tea', { prices: [yen(330)] }));
    stock.tell(put('tea', { price: yen(330), prices: [euro(250)] }));
    expect(since(stock, 2)).toEqual([]);
  });

  it('are one for each currency', () => {
    const stock = new Warehouse();
    expect(stock.tell(put('tea', { prices: [euro(5)] })).refuse?.details).toMatchObject({
      errors: [{ pointer: '/prices' }],
    });
  });

  it('are none when the product is replaced without them', () => {
    const stock = new Warehouse();
    stock.tell(put('tea', { prices: [yen(330)] }));
    expect(stock.tell(put('tea')).answer).toMatchObject({ product: { prices: [] } });
  });

  it('are all told of what is reserved', () => {
    const stock = warehouse({ tea: 4 });
    stock.tell(put('tea', { prices: [yen(330)] }));
    const { send = [] } = stock.tell(reserve({ tea: 1 }));
    expect(send[0]?.data).toMatchObject({ lines: [{ unitPrice: euro(250), otherPrices: [yen(330)] }] });
  });
});

describe('an adjustment', () => {
  it('changes what is on hand by a delta or to what was counted', () => {
    const stock = warehouse({ tea: 4 });
    stock.tell(adjust('tea', { delta: -1, reason: 'damaged' }));
    expect(stock.tell(adjust('tea', { countedQuantity: 7, reason: 'counted' })).answer).toEqual({
      level: { sku: 'tea', onHand: 7, reserved: 0, available: 7, version: 4 },
      replayed: false,
    });
    expect(stock.movements.map(({ kind, onHandDelta }) => [kind, onHandDelta])).toEqual([
      ['received', 4],
      ['damaged', -1],
      ['counted', 4],
    ]);
  });

  it.each([
    [{ reason: 'received' }, '/delta'],
    [{ delta: 0, reason: 'received' }, '/delta'],
    [{ delta: 1, countedQuantity: 1, reason: 'counted' }, '/countedQuantity'],
    [{ countedQuantity: 1, reason: 'received' }, '/reason'],
    [{ delta: null, countedQuantity: null, reason: 'counted' }, '/delta'],
  ])('is not valid as %j', (adjustment, pointer) => {
    const { refuse } = warehouse({ tea: 4 }).tell(adjust('tea', adjustment));
    expect(refuse).toMatchObject({ code: 'validation-failed', details: { errors: [{ pointer }] } });
  });

  it('never takes away what is held for an order', () => {
    const stock = warehouse({ tea: 4 });
    stock.tell(reserve({ tea: 3 }));
    const { refuse } = stock.tell(adjust('tea', { delta: -2, reason: 'damaged' }));
    expect(refuse).toMatchObject({
      code: 'stock-below-reserved',
      details: { sku: 'tea', onHand: 4, reserved: 3 },
    });
    expect(code(stock.tell(adjust('tea', { countedQuantity: 2, reason: 'counted' })))).toBe(
      'stock-below-reserved',
    );
    expect(code(stock.tell(adjust('tea', { delta: -1, reason: 'damaged' })))).toBeUndefined();
  });

  it('is refused beyond the largest quantity and for a product that is not there', () => {
    const stock = warehouse({ tea: 1 });
    const all = { delta: 1_000_000_000, reason: 'received' };
    expect(code(stock.tell(adjust('tea', all)))).toBe('stock-limit-exceeded');
    expect(code(stock.tell(adjust('cup', all)))).toBe('product-not-found');
  });

  it('gives the first answer again to the same key, and refuses another request with it', () => {
    const stock = warehouse({ tea: 4 });
    const once = { delta: 1, reason: 'received' };
    const { answer } = stock.tell(adjust('tea', once, 'key'));
    stock.tell(adjust('tea', once));
    expect(stock.tell(adjust('tea', once, 'key')).answer).toEqual({ ...answer, replayed: true });
    expect(code(stock.tell(adjust('tea', { delta: 2, reason: 'received' }, 'key', 'other')))).toBe(
      'idempotency-key-reused',
    );
    expect(stock.level()).toEqual([6, 0]);
  });
});
