import { decode, encode } from '@jridgewell/sourcemap-codec';

/** @typedef {import('@jridgewell/sourcemap-codec').SourceMapSegment} Segment */

const PACKAGE = /(?:^|\/)node_modules\//;

/**
 * A source map by which a stack trace names the line in a file of ours (of its columns the first), and the file in a package. Node reads all of a map, while
 * everything waits, for the first stack trace that somebody looks at, and keeps it: amqplib looks at one whenever a channel is closed.
 * @template {{ sources: readonly string[], names?: readonly string[], mappings: string }} Map
 * @param {Map} map @returns {Map}
 */
export function thinned(map) {
  const isPackage = map.sources.map((source) => PACKAGE.test(source));
  const mappings = decode(map.mappings).map((segments) => {
    /** @type {Segment[]} */
    const kept = [];
    for (const [column, source, line, from] of segments) {
      const last = kept.at(-1);
      if (source === undefined || line === undefined || from === undefined) kept.push([column]);
      else if (last?.[1] !== source || !(isPackage[source] || last[2] === line))
        kept.push([column, source, line, from]);
    }
    return kept;
  });
  return { ...map, names: [], mappings: encode(mappings) };
}
