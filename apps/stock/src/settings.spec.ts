import fc from 'fast-check';
import { adjust, code, commit, DUE, due, release, reserve, settings, warehouse } from '../test/warehouse.js';
import { type Item } from './item.js';
import { itemKey } from './state.js';

describe('the safety stock', () => {
  it('cannot be reserved, but lost, counted away and given back to sale', () => {
    const stock = warehouse({ tea: 5 });
    stock.tell(settings('tea', { safetyStock: 3 }));
    stock.tell(reserve({ tea: 3 }, 'ord_1'));
    stock.tell(reserve({ tea: 2 }, 'ord_2'));
    expect([stock.status('ord_1'), stock.status('ord_2')]).toEqual(['rejected', 'held']);
    expect(code(stock.tell(adjust('tea', { delta: -2, reason: 'damaged' })))).toBeUndefined();
    stock.tell(settings('tea', {}));
    stock.tell(reserve({ tea: 1 }, 'ord_3'));
    expect([stock.status('ord_3'), stock.level()]).toEqual(['held', [3, 3]]);
  });

  it('is kept back from an order that was paid after its hold had run out', () => {
    const stock = warehouse({ tea: 5 });
    stock.tell(reserve({ tea: 4 }));
    stock.tell(due(), DUE);
    stock.tell(settings('tea', { safetyStock: 2 }));
    stock.tell(commit());
    expect(stock.status()).toBe('commit_refused');
  });
});

describe('the backorder limit', () => {
  const owing = () => {
    const stock = warehouse({ tea: 2 });
    stock.tell(settings('tea', { backorderLimit: 3 }));
    return stock;
  };

  it('is none unless somebody says so', () => {
    const stock = warehouse({ tea: 2 });
    stock.tell(reserve({ tea: 3 }));
    expect(stock.status()).toBe('rejected');
  });

  it('lets so many more be sold than there are, and no more', () => {
    const stock = owing();
    stock.tell(reserve({ tea: 6 }, 'ord_1'));
    stock.tell(reserve({ tea: 5 }, 'ord_2'));
    stock.tell(commit('ord_2'));
    stock.tell(reserve({ tea: 1 }, 'ord_3'));
    expect(['ord_1', 'ord_2', 'ord_3'].map((id) => stock.status(id))).toEqual([
      'rejected',
      'committed',
      'rejected',
    ]);
    expect(stock.level()).toEqual([-3, 0]);
    expect(code(stock.tell(adjust('tea', { delta: 4, reason: 'received' })))).toBeUndefined();
    expect(stock.level()).toEqual([1, 0]);
  });

  it('is not lowered below what is owed, and what is owed is not counted or lost', () => {
    const stock = owing();
    stock.tell(reserve({ tea: 5 }));
    stock.tell(commit());
    expect(code(stock.tell(settings('tea', { backorderLimit: 2 })))).toBe('stock-below-reserved');
    expect(code(stock.tell(adjust('tea', { countedQuantity: 4, reason: 'counted' })))).toBe('stock-owed');
    expect(code(stock.tell(adjust('tea', { delta: -1, reason: 'damaged' })))).toBe('stock-below-reserved');
  });

  it('does not count as stock that is there: little is left when little is there', () => {
    const stock = owing();
    const { send = [] } = stock.tell(settings('tea', { backorderLimit: 3, lowStockThreshold: 2 }));
    expect(send.map(({ data }) => data)).toMatchObject([{ available: 2, lowStockThreshold: 2 }]);
  });
});

describe('the settings of a SKU', () => {
  it('are replaced, and keep the version when they are the same', () => {
    const stock = warehouse({ tea: 5 });
    const set = { safetyStock: 1, lowStockThreshold: 2, backorderLimit: 0 };
    expect(stock.tell(settings('tea', set)).answer).toEqual({ sku: 'tea', ...set, version: 3 });
    expect(stock.tell(settings('tea', set)).put).toBeUndefined();
    expect(stock.tell(settings('tea', { lowStockThreshold: 0 })).answer).toEqual({
      sku: 'tea',
      safetyStock: 0,
      lowStockThreshold: 0,
      backorderLimit: 0,
      version: 4,
    });
    expect(code(stock.tell(settings('cup', set)))).toBe('product-not-found');
  });

  it('say at once that little is left when the threshold is above it', () => {
    const stock = warehouse({ tea: 5 });
    expect(stock.tell(settings('tea', { lowStockThreshold: 5 })).send?.map(({ data }) => data)).toEqual([
      { sku: 'tea', available: 5, lowStockThreshold: 5, version: 3 },
    ]);
  });
});

const order = fc.constantFrom('ord_1', 'ord_2', 'ord_3');
const small = fc.integer({ min: 0, max: 6 });
const message = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 4 }), order).map(([quantity, id]) => reserve({ tea: quantity }, id)),
  order.map(release),
  order.map(commit),
  order.map(due),
  fc.integer({ min: -6, max: 6 }).map((delta) => adjust('tea', { delta, reason: 'correction' })),
  fc
    .record({ safetyStock: small, lowStockThreshold: fc.option(small), backorderLimit: small })
    .map((set) => settings('tea', set)),
);

describe('whatever the stock is told', () => {
  const property = (check: (before: Item, after: Item, lowSaid: number) => void): void =>
    fc.assert(
      fc.property(fc.array(message, { maxLength: 30 }), fc.boolean(), (told, late) => {
        const stock = warehouse({ tea: 6 });
        const tea = () => stock.states.get(itemKey('tea')) as Item;
        for (const one of told) {
          const before = tea();
          const { send = [] } = stock.tell(one, late ? DUE : undefined);
          check(before, tea(), send.filter(({ contract }) => contract.name === 'stock.low.v1').length);
        }
      }),
    );

  it('says that little is left exactly when it was not so before', () => {
    const isLow = ({ onHand, reserved, safetyStock, lowStockThreshold }: Item): boolean =>
      Math.max(0, onHand - reserved - safetyStock) <= (lowStockThreshold ?? -1);
    property((before, after, lowSaid) => {
      expect(lowSaid).toBe(isLow(after) && !isLow(before) ? 1 : 0);
    });
  });

  it('never owes more than it may', () => {
    property((_, after) => {
      expect(after.onHand + after.backorderLimit).toBeGreaterThanOrEqual(after.reserved);
      expect(after.backorderMost).toBeGreaterThanOrEqual(after.backorderLimit);
    });
  });

  it('reserves nothing of the safety stock', () => {
    property((before, after) => {
      if (after.reserved <= before.reserved) return;
      expect(after.onHand - after.reserved + after.backorderLimit).toBeGreaterThanOrEqual(after.safetyStock);
    });
  });
});
