import { SourceMap } from 'node:module';
import { encode } from '@jridgewell/sourcemap-codec';
import { thinned } from './source-map.mjs';

const OURS = 0;
const PACKAGE = 1;

/** @param {import('@jridgewell/sourcemap-codec').SourceMapMappings} mappings */
const mapOf = (mappings) => ({
  version: 3,
  file: 'main.js',
  sources: ['../../../apps/order/src/saga.ts', '../../../node_modules/amqplib/lib/channel.js'],
  names: [],
  mappings: encode(mappings),
});

/** @param {ReturnType<typeof mapOf>} map @param {number} line @param {number} column */
function originOf(map, line, column) {
  const payload = { ...map, sourcesContent: [], sourceRoot: '' };
  const entry = new SourceMap(payload).findEntry(line, column);
  return 'originalSource' in entry ? [entry.originalSource, entry.originalLine] : undefined;
}

describe('a thinned source map', () => {
  const whole = mapOf([
    [
      [0, OURS, 3, 0],
      [4, OURS, 3, 4],
      [9, OURS, 4, 2],
      [12, PACKAGE, 40, 0],
      [20, PACKAGE, 41, 6],
    ],
    [[0, PACKAGE, 42, 0], [5, OURS, 4, 9], [8], [11, OURS, 4, 9]],
  ]);
  const thin = thinned(whole);

  it.each([
    [0, 6],
    [0, 10],
    [1, 6],
    [1, 11],
  ])('finds the line of our file for %i:%i', (line, column) => {
    expect(originOf(thin, line, column)).toEqual(originOf(whole, line, column));
  });

  it.each([
    [0, 13],
    [0, 25],
    [1, 2],
  ])('finds the file of a package for %i:%i', (line, column) => {
    expect(originOf(thin, line, column)?.[0]).toBe(whole.sources[PACKAGE]);
  });

  it("takes what comes from nowhere for nobody's", () => {
    expect(originOf(thin, 1, 9)).toEqual(originOf(whole, 1, 9));
    expect(originOf(thin, 1, 9)?.[0]).toBeUndefined();
  });

  it('keeps one place for each line of ours and one for each file of a package', () => {
    expect(thin.mappings.split(/[,;]/)).toHaveLength(7);
  });
});
