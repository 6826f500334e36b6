import { stringify } from 'csv-stringify/sync';
import * as fc from 'fast-check';
import { fromCell, type ImportRow, Rejected, toCell } from '#contracts';
import { columnsOf, readRows } from './import-row.js';

const HEADER = 'sku,name,price,currency,active,onHand,delta';
const csv = (...texts: string[]) =>
  readRows(
    { format: 'csv', header: HEADER },
    texts.map((text, i) => ({ line: i + 2, text })),
  );
const json = (value: unknown) =>
  readRows({ format: 'ndjson', header: '' }, [
    { line: 1, text: typeof value === 'string' ? value : JSON.stringify(value) },
  ])[0];
const fieldsOf = (read: ReturnType<typeof json>): string[] =>
  read && 'faults' in read ? read.faults.map(({ field }) => field) : [];

describe('the header of CSV', () => {
  test('names known columns, in any order', () => {
    expect(columnsOf('price, sku ,"currency"')).toEqual(['price', 'sku', 'currency']);
  });

  test.each(['', 'name', 'sku,sku', 'sku,colour', 'sku,"', 'sku;name'])(
    'is refused when it is %j',
    (header) => {
      expect(() => columnsOf(header)).toThrow(Rejected);
    },
  );
});

describe('a row', () => {
  test('of CSV gives what its cells hold; an empty cell gives nothing', () => {
    expect(csv('TEA,"Earl ""Grey"", loose",899,EUR,true,5,', 'MUG,,,,,,-3')).toEqual([
      {
        line: 2,
        row: { sku: 'TEA', name: 'Earl "Grey", loose', price: 899, currency: 'EUR', active: true, onHand: 5 },
      },
      { line: 3, row: { sku: 'MUG', delta: -3 } },
    ]);
  });

  test('has prices in other currencies in one cell', () => {
    const of = (text: string) => readRows({ format: 'csv', header: 'sku,prices' }, [{ line: 2, text }])[0];
    expect(of('TEA,USD:2199 JPY:330')).toMatchObject({
      row: {
        prices: [
          { amount: 2_199, currency: 'USD' },
          { amount: 330, currency: 'JPY' },
        ],
      },
    });
    expect(of('TEA,none')).toMatchObject({ row: { prices: [] } });
    expect(of('TEA,')).toEqual({ line: 2, row: { sku: 'TEA' } });
    for (const bad of ['USD', 'USD:1.5', 'USD:0', 'EURO:5', 'USD:1 USD:2', 'USD:1;JPY:2', ':5']) {
      expect([bad, fieldsOf(of(`TEA,${bad}`))[0]]).toEqual([bad, expect.stringMatching(/^prices/)]);
    }
  });

  test('of NDJSON gives what its fields hold', () => {
    const row = { sku: 'TEA', price: 1, currency: 'JPY', active: false };
    expect(json(row)).toEqual({ line: 1, row });
  });

  test.each<[string, string[]]>([
    [',Name,1,EUR,,,', ['sku']],
    ['a b,Name,1,EUR,,,', ['sku']],
    ['TEA,"two\nlines",1,EUR,,,', ['name']],
    ['TEA,4111 1111 1111 1111,1,EUR,,,', ['name']],
    ['TEA,,19.99,EUR,,,', ['price']],
    ['TEA,,0,EUR,,,', ['price']],
    ['TEA,,1e3,EUR,,,', ['price']],
    ['TEA,,1,euro,,,', ['currency']],
    ['TEA,,1,,,,', ['currency']],
    ['TEA,,,EUR,,,', ['price']],
    ['TEA,,,,yes,,', ['active']],
    ['TEA,,,,,-1,', ['onHand']],
    ['TEA,,,,,1,1', ['delta']],
    ['TEA,,x,y,z,-1,', ['price', 'currency', 'active', 'onHand']],
    ['TEA', ['']],
    ['TEA,"Na"me,,,,,', ['']],
  ])('of CSV is refused by the name of its field: %j', (text, fields) => {
    const reads = csv('GOOD,Name,1,EUR,,,', text, 'ALSO,Name,1,EUR,,,');
    expect(fieldsOf(reads[1])).toEqual(fields);
    expect([reads[0], reads[2]].map(fieldsOf)).toEqual([[], []]);
  });

  test.each<[unknown, string[]]>([
    ['{"sku":', ['']],
    ['[]', ['']],
    ['null', ['']],
    [{}, ['sku']],
    [{ sku: 1 }, ['sku']],
    [{ sku: 'TEA', price: '1', currency: 'EUR' }, ['price']],
    [{ sku: 'TEA', colour: 'red' }, ['colour']],
    ['{"sku":"TEA","__proto__":{}}', ['']],
    ['{"sku":"TEA","onHand":1,"onHand":2}', ['']],
    ['{"sku":"TEA","onHand":1e400}', ['']],
    [`{"sku":"TEA","prices":${'['.repeat(1_000)}${']'.repeat(1_000)}}`, ['']],
    [{ sku: 'TEA', 'a\u0000b': 1 }, ['(unreadable)']],
    [{ sku: 'TEA', '\ud800': 1 }, ['(unreadable)']],
    [{ sku: 'TEA', '4111 1111 1111 1111': 1 }, ['(unreadable)']],
    [{ sku: 'TEA', prices: [{ amount: 1 }] }, ['prices/0/currency']],
  ])('of NDJSON is refused by the name of its field: %j', (value, fields) => {
    expect(fieldsOf(json(value))).toEqual(fields);
  });
});

describe('a name in CSV', () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom('"', ',', "'", '=', '+', '-', '@', ' ', 'a', '茶', '＝'),
      minLength: 1,
      maxLength: 8,
    }),
  );
  const isName = (text: string): boolean => fieldsOf(json({ sku: 'TEA', name: text })).length === 0;

  test('comes back as it was written, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(name.filter(isName), { minLength: 1, maxLength: 5 }), (names) => {
        const lines = stringify(names.map((text) => ['TEA', toCell(text), '', '', '', '', '']));
        const texts = lines.slice(0, -1).split('\n');
        expect(csv(...texts)).toEqual(
          names.map((text, i) => ({ line: i + 2, row: { sku: 'TEA', name: text } satisfies ImportRow })),
        );
      }),
    );
  });

  test('is no formula to a spreadsheet', () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(toCell(text)).not.toMatch(/^[=+\-@＝＋－＠]/);
        expect(fromCell(toCell(text))).toBe(text);
      }),
    );
    expect(toCell('=SUM(A1)')).toBe("'=SUM(A1)");
    expect(toCell("it's")).toBe("it's");
  });
});
