import { latencyOf } from './statistics.mjs';

/**
 * @typedef {import('./open-loop.mjs').Ended} Ended
 * @typedef {object} Summary
 * @property {number} count
 * @property {number} rate of those confirmed, per second
 * @property {import('./statistics.mjs').Latency} admitted from when they were due
 * @property {number} refusals
 * @property {import('./statistics.mjs').Latency} refusedMs from their sending
 * @property {Record<string, number>} besides neither confirmed nor refused
 */

const SLICE_MS = 500;

/** @param {readonly Ended[]} ended @param {readonly number[]} lengths of the steps @returns {Ended[][]} by the step in which they were due */
export function stepsOf(ended, lengths) {
  return lengths.map((length, i) => {
    const from = lengths.slice(0, i).reduce((sum, before) => sum + before, 0);
    return ended.filter(({ dueMs }) => dueMs >= from && dueMs < from + length);
  });
}

/** @param {readonly Ended[]} ended @param {number} ms @returns {Summary} */
export function summaryOf(ended, ms) {
  const good = ended.filter(({ outcome }) => outcome === 'confirmed');
  const refused = ended.filter(({ outcome }) => outcome === 'refused');
  /** @type {Record<string, number>} */
  const besides = {};
  for (const { outcome } of ended) {
    if (outcome !== 'confirmed' && outcome !== 'refused') besides[outcome] = (besides[outcome] ?? 0) + 1;
  }
  return {
    count: ended.length,
    rate: (good.length * 1_000) / ms,
    admitted: latencyOf(good.map(({ lateMs }) => lateMs)),
    refusals: refused.length,
    refusedMs: latencyOf(refused.map(({ tookMs }) => tookMs)),
    besides,
  };
}

/** So many half seconds in a row as before, and it is over: a hiccup later on is one that there is without an overload, too. */
const CALM_SLICES = 4;

/**
 * Until two seconds begin in which everything was confirmed, and of no half second half took longer than a hundredth before.
 * Longer than was looked at when there are none.
 * @param {readonly Ended[]} ended @param {number} fromMs @param {number} normalP99Ms
 */
export function recoveryMs(ended, fromMs, normalP99Ms) {
  const slices = Map.groupBy(ended, ({ dueMs }) => Math.floor((dueMs - fromMs) / SLICE_MS));
  const isCalm = (/** @type {number} */ i) => {
    const all = slices.get(i) ?? [];
    const { p50 } = latencyOf(all.map(({ lateMs }) => lateMs));
    return all.length > 0 && p50 <= normalP99Ms && all.every(({ outcome }) => outcome === 'confirmed');
  };
  const last = Math.max(...slices.keys());
  for (let first = 0; first + CALM_SLICES - 1 <= last; first++) {
    if (Array.from({ length: CALM_SLICES }, (_, i) => first + i).every(isCalm)) return first * SLICE_MS;
  }
  return (last + 1 + CALM_SLICES) * SLICE_MS;
}
