import * as fc from 'fast-check';
import { type ImportLine, MAX_ROW_BYTES } from '#contracts';
import { Records } from './records.js';

const rowsOf = (
  file: string | Buffer,
  { quotes = true, cuts = [] as readonly number[] } = {},
): ImportLine[] => {
  const bytes = Buffer.from(file);
  const records = new Records(quotes);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const parts = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
  return [...parts.flatMap((part) => [...records.push(part)]), ...records.end()];
};

describe('the rows of a file', () => {
  test('end with a line feed, and the last one with the file', () => {
    expect(rowsOf('a\nb\r\nc')).toEqual([
      { line: 1, text: 'a' },
      { line: 2, text: 'b' },
      { line: 3, text: 'c' },
    ]);
  });

  test('are not the empty lines, which are counted all the same', () => {
    expect(rowsOf('\ufeffa\n\n\r\nb\n')).toEqual([
      { line: 1, text: 'a' },
      { line: 4, text: 'b' },
    ]);
  });

  test('of CSV go on over line feeds inside quotation marks', () => {
    expect(rowsOf('a,"b\n""c"\nd\n')).toEqual([
      { line: 1, text: 'a,"b\n""c"' },
      { line: 3, text: 'd' },
    ]);
    expect(rowsOf('{"a\n', { quotes: false })).toEqual([{ line: 1, text: '{"a' }]);
  });

  test('go on with the next line after a quotation mark that is never closed', () => {
    const many = Array.from({ length: 2_000 }, (_, i) => `b${i},x`);
    const rows = rowsOf(`a,"x\n${many.join('\n')}\n`);
    expect(rows[0]).toEqual({ line: 1, fault: expect.stringContaining('quotation mark') });
    expect(rows.slice(1)).toEqual(many.map((text, i) => ({ line: i + 2, text })));
    expect(rowsOf('a,"x\nb\nc')).toEqual([
      { line: 1, fault: expect.stringContaining('quotation mark') },
      { line: 2, text: 'b' },
      { line: 3, text: 'c' },
    ]);
  });

  test.each([true, false])('that are too long, or no UTF-8, cost only themselves (quotes: %s)', (quotes) => {
    const file = Buffer.concat([
      Buffer.from('a\n'),
      Buffer.alloc(3 * MAX_ROW_BYTES, 'x'),
      Buffer.from('\n'),
      Buffer.from([0x62, 0xff, 0x0a]),
      Buffer.from('c\n'),
    ]);
    expect(rowsOf(file, { quotes })).toEqual([
      { line: 1, text: 'a' },
      { line: 2, fault: `is longer than ${MAX_ROW_BYTES} bytes` },
      { line: 3, fault: 'is not valid UTF-8' },
      { line: 4, text: 'c' },
    ]);
  });

  test('are the same however the bytes arrive', () => {
    const piece = fc.oneof(
      fc.constantFrom('a', '"', '\n', '\r\n', '\ufeff', 'ü', '茶', ',', '""', '"\n"'),
      fc.integer({ min: MAX_ROW_BYTES - 3, max: MAX_ROW_BYTES + 3 }).map((length) => 'x'.repeat(length)),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }),
        fc.array(fc.nat(60_000), { maxLength: 8 }),
        fc.boolean(),
        (pieces, cuts, quotes) => {
          const file = pieces.join('');
          expect(rowsOf(file, { quotes, cuts })).toEqual(rowsOf(file, { quotes }));
        },
      ),
      { numRuns: 300 },
    );
  });
});
