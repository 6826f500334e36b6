import * as fc from 'fast-check';
import { type ImportLine, MAX_CHUNK_ROWS } from '#contracts';
import { type Chunk, Chunks } from './chunks.js';

const chunksOf = (rows: readonly ImportLine[]): Chunk[] => {
  const chunks = new Chunks();
  const closed = rows.flatMap((row) => chunks.add(row) ?? []);
  return [...closed, ...[chunks.close()].filter((chunk) => chunk !== undefined)];
};
const lines = (count: number, text = 'a'): ImportLine[] =>
  Array.from({ length: count }, (_, i) => ({ line: i + 1, text }));

describe('chunks', () => {
  test('are numbered from 0, and hold every row once, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 8_192 }), { maxLength: 40 }),
        fc.nat(1_200),
        (long, short) => {
          const rows = [...long.map((length) => 'x'.repeat(length)), ...Array<string>(short).fill('a')].map(
            (text, i) => ({ line: i + 1, text }),
          );
          const chunks = chunksOf(rows);
          expect(chunks.flatMap((chunk) => chunk.rows)).toEqual(rows);
          expect(chunks.map(({ chunk }) => chunk)).toEqual([...chunks.keys()]);
          for (const { rows: some } of chunks) {
            expect(some.length).toBeLessThanOrEqual(MAX_CHUNK_ROWS);
            // What goes into one message, at the worst.
            expect(some.reduce((sum, { text = '' }) => sum + text.length * 6, 0)).toBeLessThan(200_000);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('have a fingerprint that tells other rows', () => {
    const [one] = chunksOf(lines(3));
    expect(chunksOf(lines(3))[0]?.fingerprint).toBe(one?.fingerprint);
    expect(chunksOf(lines(4))[0]?.fingerprint).not.toBe(one?.fingerprint);
    expect(chunksOf(lines(3, 'b'))[0]?.fingerprint).not.toBe(one?.fingerprint);
  });

  test('are none without rows', () => {
    expect(chunksOf([])).toEqual([]);
  });
});
