import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { fromCell, fromPricesCell, type ImportFormat, isFreeText, type ProductView } from '#contracts';
import { Records } from '../imports/records.js';
import { headerOf, rowsOf } from './export-text.js';

const at = '2026-11-23T10:00:00.000Z';
const product = (name: string, i: number): ProductView => ({
  sku: `SKU-${i}`,
  name,
  price: { amount: 1 + i, currency: i % 2 === 0 ? 'JPY' : 'KWD' },
  prices:
    i % 4 === 0
      ? [
          { amount: 5, currency: 'USD' },
          { amount: 7, currency: 'XAF' },
        ]
      : [],
  active: i % 3 === 0,
  version: 1,
  stock: { sku: `SKU-${i}`, onHand: i, reserved: 0, available: i, version: 1 },
  createdAt: at,
  updatedAt: at,
});

/** Cut into rows as an upload is. */
const linesOf = (text: string, format: ImportFormat): string[] => {
  const records = new Records(format === 'csv');
  const lines = [...records.push(Buffer.from(text)), ...records.end()];
  return lines.map(({ text: line, fault }) => line ?? `fault: ${fault}`);
};

const names = fc.array(
  fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.string({
        unit: fc.constantFrom('"', ',', "'", '=', '+', '@', '\u2028', '\ufeff', ' ', '茶', '😀'),
        maxLength: 9,
      }),
    )
    .filter((name) => isFreeText(name, 200)),
  { maxLength: 8 },
);

test('CSV has every product as it is, whatever is in its name', () => {
  fc.assert(
    fc.property(names, (given) => {
      const products = given.map(product);
      const [header = '', ...lines] = linesOf(headerOf('csv') + rowsOf('csv', products), 'csv');
      const read = lines.map((line) => {
        const [cells = []] = parse(line);
        return Object.fromEntries(header.split(',').map((column, i) => [column, cells[i]]));
      });
      expect(read.map(({ prices }) => fromPricesCell(prices ?? ''))).toEqual(
        products.map(({ prices }) => prices),
      );
      expect(read.map(({ name }) => fromCell(name ?? ''))).toEqual(given);
      expect(
        read.map(({ sku, price, currency, active, onHand }) => [sku, price, currency, active, onHand]),
      ).toEqual(
        products.map(({ sku, price, active, stock }) =>
          [sku, price.amount, price.currency, active, stock.onHand].map(String),
        ),
      );
    }),
  );
});

test('NDJSON has every product as it is, whatever is in its name', () => {
  fc.assert(
    fc.property(names, (given) => {
      const lines = linesOf(rowsOf('ndjson', given.map(product)), 'ndjson');
      expect(lines.map((line) => JSON.parse(line).name)).toEqual(given);
    }),
  );
});
