import * as fc from 'fast-check';
import {
  body,
  change,
  commit,
  DUE,
  due,
  put,
  release,
  reserve,
  transfer,
  type Warehouse,
  warehouse,
} from '../test/warehouse.js';
import { itemKey, locationKey, type StockState } from './state.js';

describe('a change of what is held', () => {
  it('holds the new lines in the place of the old ones, priced anew, until the same time', () => {
    const stock = warehouse({ tea: 5, cup: 3, pot: 1 });
    stock.tell(reserve({ tea: 2, cup: 3 }));
    stock.tell(put('tea', { price: { amount: 300, currency: 'EUR' } }));
    expect(body(stock.tell(change({ tea: 4, pot: 1 })))).toEqual({
      orderId: 'ord_1',
      change: 3,
      lines: [
        { sku: 'tea', name: 'TEA', quantity: 4, unitPrice: { amount: 300, currency: 'EUR' } },
        { sku: 'pot', name: 'POT', quantity: 1, unitPrice: { amount: 250, currency: 'EUR' } },
      ],
    });
    expect([stock.level('tea'), stock.level('cup'), stock.level('pot')]).toEqual([
      [5, 4],
      [3, 0],
      [1, 1],
    ]);
    stock.tell(commit());
    expect([stock.level('tea'), stock.level('cup'), stock.level('pot')]).toEqual([
      [1, 0],
      [3, 0],
      [0, 0],
    ]);
  });

  it('counts what the order holds itself as there', () => {
    const stock = warehouse({ tea: 3 });
    stock.tell(reserve({ tea: 2 }));
    expect(stock.tell(change({ tea: 3 })).send?.[0]?.contract.name).toBe('stock.changed.v1');
    expect(stock.level()).toEqual([3, 3]);
  });

  it('costs what it costs in the currency of the order, which need not be the first of the product', () => {
    const stock = warehouse({ tea: 5 });
    stock.tell(put('tea', { prices: [{ amount: 280, currency: 'USD' }] }));
    stock.tell(reserve({ tea: 2 }));
    expect(body(stock.tell(change({ tea: 1 }, 3, { currency: 'USD', least: 280, most: 280 })))).toMatchObject(
      {
        lines: [{ sku: 'tea', quantity: 1, unitPrice: { amount: 280, currency: 'USD' } }],
      },
    );
  });

  it.each<[string, Record<string, number>, object]>([
    ['out_of_stock', { tea: 1, cup: 4 }, {}],
    ['unknown_product', { none: 1 }, {}],
    ['inactive_product', { tea: 1, old: 1 }, {}],
    ['currency_mismatch', { tea: 1 }, { currency: 'USD' }],
    ['total_mismatch', { tea: 1 }, { least: 251, most: 251 }],
    ['total_too_small', { tea: 1 }, { least: 251, most: 300 }],
    ['total_too_large', { tea: 1 }, { least: 1, most: 249 }],
  ])('that is refused for %s leaves everything as it was', (code, lines, more) => {
    const stock = warehouse({ tea: 5, cup: 3, old: 5 });
    stock.tell(put('old', { active: false }));
    stock.tell(reserve({ tea: 2 }));
    const moved = stock.movements.length;
    expect(body(stock.tell(change(lines, 3, more)))).toMatchObject({ code, change: 3 });
    expect([stock.level('tea'), stock.level('cup'), stock.movements.length]).toEqual([[5, 2], [3, 0], moved]);
  });

  it('is decided once, granted or refused, and an older one changes nothing', () => {
    const stock = warehouse({ tea: 5 });
    stock.tell(reserve({ tea: 2 }));
    stock.tell(change({ tea: 9 }, 3));
    stock.tell(change({ tea: 1 }, 5));
    for (const again of [change({ tea: 4 }, 3), change({ tea: 1 }, 5)]) expect(stock.tell(again)).toEqual({});
    expect([stock.level(), stock.sent]).toEqual([
      [5, 1],
      ['stock.reserved.v1', 'stock.change_refused.v1', 'stock.changed.v1'],
    ]);
  });

  it.each([
    ['released', release()],
    ['expired', due()],
    ['committed', commit()],
  ])('of what is %s is refused', (status, told) => {
    const stock = warehouse({ tea: 5 });
    stock.tell(reserve({ tea: 2 }));
    stock.tell(told, DUE);
    expect(body(stock.tell(change({ tea: 1 }), DUE))).toMatchObject({ code: 'not_held' });
    expect(stock.status()).toBe(status);
  });

  it('of what was never reserved is a defect', () => {
    expect(() => warehouse({ tea: 1 }).tell(change({ tea: 1 }))).toThrow('never reserved');
  });
});

it('holds exactly the lines of the last change that was granted, whatever was asked for', () => {
  const anyLines = fc.dictionary(fc.constantFrom('tea', 'cup', 'pot'), fc.integer({ min: 1, max: 6 }), {
    minKeys: 1,
  });
  fc.assert(
    fc.property(anyLines, fc.array(anyLines, { maxLength: 8 }), (first, changes) => {
      const stock = warehouse({ tea: 4, cup: 4, pot: 4 });
      let held: Record<string, number> = {};
      stock.tell(reserve(first));
      if (stock.status() === 'held') held = first;
      for (const [i, lines] of changes.entries()) {
        const [said] = stock.tell(change(lines, i + 3)).send ?? [];
        if (said?.contract.name === 'stock.changed.v1') held = lines;
        for (const sku of ['tea', 'cup', 'pot']) expect(stock.level(sku)).toEqual([4, held[sku] ?? 0]);
      }
      stock.tell(release());
      for (const sku of ['tea', 'cup', 'pot']) expect(stock.level(sku)).toEqual([4, 0]);
    }),
  );
});

describe('a line that comes from several locations', () => {
  /** Six in `main`, two in the north. */
  function spread(): Warehouse {
    const stock = warehouse({ tea: 8 });
    stock.states.set(locationKey('north'), { kind: 'location', version: 1 });
    stock.tell(transfer('tea', { from: 'main', to: 'north', quantity: 2 }));
    return stock;
  }
  /** All that is on hand, and all that is reserved, in the locations together. */
  function inLocations(stock: Warehouse): readonly [number, number] {
    const { locations } = stock.states.get(itemKey('tea')) as Extract<StockState, { kind: 'item' }>;
    const sum = (of: 'onHand' | 'reserved') => (locations ?? []).reduce((all, one) => all + one[of], 0);
    return [sum('onHand'), sum('reserved')];
  }

  it.each([
    ['committed', commit(), [3, 0]],
    ['released', release(), [8, 0]],
  ] as const)('and has been given more from one of them is %s as a whole', (_, end, left) => {
    const stock = spread();
    stock.tell(reserve({ tea: 2 }));
    stock.tell(change({ tea: 5 }));
    stock.tell(end);
    expect([stock.level(), inLocations(stock)]).toEqual([left, left]);
  });

  it('adds up in the locations to what it is in all, however it was changed', () => {
    const quantities = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), quantities, fc.boolean(), (first, changes, isBefore) => {
        const stock = isBefore ? warehouse({ tea: 8 }) : spread();
        stock.tell(reserve({ tea: first }));
        if (isBefore) {
          stock.states.set(locationKey('north'), { kind: 'location', version: 1 });
          stock.tell(transfer('tea', { from: 'main', to: 'north', quantity: Math.min(2, 8 - first) }));
        }
        for (const [i, tea] of changes.entries()) {
          stock.tell(change({ tea }, i + 3));
          if (!isBefore) expect(inLocations(stock)).toEqual(stock.level());
        }
        stock.tell(commit());
        if (!isBefore) expect(inLocations(stock)).toEqual(stock.level());
        expect(stock.level()[1]).toBe(0);
      }),
    );
  });
});
