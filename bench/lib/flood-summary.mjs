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

/**
 * Until the end of the last half second in which something was not confirmed, or half took longer than a hundredth before.
 * @param {readonly Ended[]} ended @param {number} fromMs @param {number} normalP99Ms
 */
export function recoveryMs(ended, fromMs, normalP99Ms) {
  const slices = Map.groupBy(ended, ({ dueMs }) => Math.floor((dueMs - fromMs) / SLICE_MS));
  const bad = [...slices].filter(([, all]) => {
    const { p50 } = latencyOf(all.map(({ lateMs }) => lateMs));
    return p50 > normalP99Ms || all.some(({ outcome }) => outcome !== 'confirmed');
  });
  return (Math.max(-1, ...bad.map(([slice]) => slice)) + 1) * SLICE_MS;
}
