import * as fc from 'fast-check';
import { type ImportRow, MAX_QUANTITY } from '#contracts';
import { applyRows } from './import-chunk.js';
import { type ReadRow } from './import-row.js';
import { type Item } from './item.js';
import { itemKey, type StockState } from './state.js';

const AT = new Date('2026-11-23T10:00:00.000Z');
const item = (more: Partial<Item> = {}): Item => ({
  kind: 'item',
  sku: 'TEA',
  version: 3,
  productVersion: 1,
  name: 'Sencha',
  amount: 1_999,
  currency: 'EUR',
  otherPrices: null,
  active: true,
  onHand: 10,
  reserved: 4,
  backorderLimit: 0,
  backorderMost: 0,
  safetyStock: 0,
  lowStockThreshold: null,
  locations: null,
  createdAt: AT,
  updatedAt: AT,
  ...more,
});
const stock = (...items: Item[]): Map<string, StockState> =>
  new Map(items.map((one) => [itemKey(one.sku), one]));
const read = (...given: ImportRow[]): ReadRow[] => given.map((row, i) => ({ line: i + 1, row }));
const NEW = { sku: 'NEW', name: 'New', price: 5, currency: 'JPY' };

test('a row cannot count what is owed, but receive it', () => {
  const owed = item({ onHand: -2, reserved: 0, backorderLimit: 5, backorderMost: 5 });
  const counted = applyRows(stock(owed), read({ sku: 'TEA', onHand: 3 }), AT);
  expect(counted.faults).toEqual([
    { line: 1, field: 'onHand', detail: 'cannot be counted while 2 are owed' },
  ]);
  const received = applyRows(stock(owed), read({ sku: 'TEA', delta: 3 }), AT);
  expect(received.changes).toMatchObject([{ after: { onHand: 1 } }]);
});

describe('a row about a SKU that lies in several locations', () => {
  const levels = (main: number) => [
    { location: 'main', onHand: main, reserved: 1 },
    { location: 'north', onHand: 4, reserved: 3 },
  ];

  test('is about what lies in main', () => {
    const known = stock(item({ locations: levels(6) }));
    const { changes, rows } = applyRows(known, read({ sku: 'TEA', onHand: 2 }), AT);
    expect(changes).toMatchObject([{ after: { onHand: 6, locations: levels(2) } }]);
    expect(rows).toMatchObject([
      { row: { onHandDelta: -4, locations: [{ location: 'main', onHandDelta: -4 }] } },
    ]);
  });

  test('cannot take what is reserved there, whatever lies elsewhere', () => {
    const { changes, faults } = applyRows(
      stock(item({ locations: levels(6) })),
      read({ sku: 'TEA', onHand: 0 }),
      AT,
    );
    expect(changes).toEqual([]);
    expect(faults).toEqual([
      { line: 1, field: 'onHand', detail: 'would leave less than the 1 that are reserved' },
    ]);
  });
});

test('a row that leaves little says so, as any other change does', () => {
  const { send } = applyRows(stock(item({ lowStockThreshold: 3 })), read({ sku: 'TEA', delta: -3 }), AT);
  expect(send).toMatchObject([{ line: 1, message: { data: { sku: 'TEA', available: 3 } } }]);
});

describe('a row', () => {
  test('makes a product, with its stock as a movement', () => {
    const { changes, rows, applied } = applyRows(stock(), read({ ...NEW, onHand: 7 }), AT);
    expect(applied).toBe(1);
    expect(changes).toMatchObject([
      { before: undefined, after: { sku: 'NEW', version: 2, onHand: 7, active: true } },
    ]);
    expect(rows).toMatchObject([
      { line: 1, row: { seq: 1, kind: 'price', currency: 'JPY', amount: 5 } },
      { line: 1, row: { seq: 2, kind: 'counted', onHandDelta: 7 } },
    ]);
  });

  test('changes only what it gives', () => {
    const { changes, rows } = applyRows(stock(item()), read({ sku: 'TEA', name: 'Gyokuro' }), AT);
    expect(changes[0]?.after).toEqual(item({ name: 'Gyokuro', version: 4, productVersion: 2 }));
    expect(rows).toEqual([]);
  });

  test('that asks for what is there already is applied, and writes nothing', () => {
    const same = { sku: 'TEA', name: 'Sencha', price: 1_999, currency: 'EUR', active: true, onHand: 10 };
    expect(applyRows(stock(item()), read(same, { sku: 'TEA', delta: 0 }), AT)).toEqual({
      changes: [],
      rows: [],
      send: [],
      applied: 2,
      failed: 0,
      faults: [],
    });
  });

  test.each<[ImportRow, string]>([
    [{ sku: 'TEA', onHand: 3 }, 'onHand'],
    [{ sku: 'TEA', delta: -7 }, 'delta'],
    [{ sku: 'TEA', delta: MAX_QUANTITY }, 'delta'],
    [{ sku: 'NONE', delta: 1, price: 1, currency: 'EUR' }, 'name'],
    [{ sku: 'NONE', name: 'x', onHand: 1 }, 'price'],
  ])('that cannot be applied is refused, and the others apply: %j', (bad, field) => {
    const result = applyRows(stock(item()), read(bad, { sku: 'TEA', delta: -6 }), AT);
    expect(result).toMatchObject({ applied: 1, failed: 1, changes: [{ after: { onHand: 4, version: 4 } }] });
    expect(result.faults[0]).toMatchObject({ line: 1, field });
  });

  test('that is refused for its level changes nothing of the product either', () => {
    const { changes } = applyRows(stock(item()), read({ sku: 'TEA', name: 'Other', onHand: 0 }), AT);
    expect(changes).toEqual([]);
  });
});

test('whatever the rows say, levels are the sum of movements and never below what is reserved', () => {
  const sku = fc.constantFrom('TEA', 'MUG', 'NEW');
  const any = fc.oneof(
    fc.record({ sku, delta: fc.integer({ min: -20, max: 20 }) }),
    fc.record({ sku, onHand: fc.nat(20) }),
    fc.record({
      sku,
      name: fc.constantFrom('a', 'b'),
      price: fc.integer({ min: 1, max: 3 }),
      currency: fc.constant('EUR'),
    }),
  );
  fc.assert(
    fc.property(fc.array(any, { maxLength: 30 }), (given) => {
      const before = stock(item(), item({ sku: 'MUG', reserved: 0, onHand: 0 }));
      const { changes, rows, applied, failed } = applyRows(before, read(...given), AT);
      expect(applied + failed).toBe(given.length);
      for (const { after, before: was } of changes) {
        if (after.kind !== 'item') throw new Error('not an item');
        const own = rows.flatMap(({ row }) => (row.kind !== 'price' && row.sku === after.sku ? [row] : []));
        const sum = own.reduce((total, { onHandDelta }) => total + onHandDelta, 0);
        expect(after.onHand).toBe((was?.kind === 'item' ? was.onHand : 0) + sum);
        expect(after.onHand).toBeGreaterThanOrEqual(after.reserved);
        expect(new Set(own.map(({ seq }) => seq)).size).toBe(own.length);
        expect(Math.max(0, ...own.map(({ seq }) => seq))).toBeLessThanOrEqual(after.version);
      }
    }),
  );
});
