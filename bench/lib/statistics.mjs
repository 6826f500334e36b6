/**
 * @typedef {{ median: number, min: number, max: number }} Spread
 * @typedef {{ p50: number, p90: number, p99: number, p999: number, max: number }} Latency
 */

/** @param {readonly number[]} values @returns {Spread | null} */
export function spreadOf(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  return {
    median: medianOf(sorted),
    min: /** @type {number} */ (sorted[0]),
    max: /** @type {number} */ (sorted.at(-1)),
  };
}

/** @param {readonly number[]} sorted */
function medianOf(sorted) {
  const middle = sorted.length >> 1;
  const upper = /** @type {number} */ (sorted[middle]);
  return sorted.length % 2 ? upper : (upper + /** @type {number} */ (sorted[middle - 1])) / 2;
}

/** Nearest rank. @param {readonly number[]} latencies in ms @returns {Latency} */
export function latencyOf(latencies) {
  const sorted = Float64Array.from(latencies).sort();
  const at = (/** @type {number} */ part) =>
    sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) };
}

/** Sums maps of numbers, key by key. @param {readonly Record<string, number>[]} maps */
export function sumOf(maps) {
  /** @type {Record<string, number>} */
  const sums = {};
  for (const map of maps)
    for (const [key, value] of Object.entries(map)) sums[key] = (sums[key] ?? 0) + value;
  return sums;
}
