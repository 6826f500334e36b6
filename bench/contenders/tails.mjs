import { failuresOf } from '../lib/compare.mjs';
import { stepsOf, summaryOf } from '../lib/flood-summary.mjs';
import { shown } from '../lib/per-order.mjs';
import { spreadOf } from '../lib/statistics.mjs';
import { SKUS } from '../lib/targets.mjs';
import { brokenBooks, placer } from './orders.mjs';

/**
 * Orders that come at 70 % of what a contender can do, whether or not those before them are done. Times run from when an order
 * was due, not from when it could be sent.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('../lib/targets.mjs').Target} Target
 * @typedef {import('./orders.mjs').Effort} Effort
 * @typedef {{ target: string, rate: number, admitted: import('../lib/statistics.mjs').Latency, faults: string[] }} Seen
 */

const CLIENTS = 128;
const PART = 0.7;
const GRACE_MS = 60_000;

/** @param {Stage} stage @param {Effort} effort @returns {Promise<import('./orders.mjs').Outcome>} */
export async function measureTails(stage, effort) {
  const targets = [await stage.waybill(), await stage.monolith()];
  /** @type {Seen[]} */
  const seen = [];
  /** @type {import('../lib/compare.mjs').Run[]} */
  const runs = [];
  for (let round = 1; round <= effort.rounds; round++) {
    for (const target of round % 2 ? targets : targets.toReversed()) {
      stage.progress.start(`tails, round ${round}/${effort.rounds}, ${target.name}: what it can do`);
      const peak = await placer(stage, target, { ...effort, clients: effort.clients ?? CLIENTS }).run(round);
      runs.push({ bench: 'tails, peak', round, contender: target.name, ...peak });
      seen.push(await atPart(stage, target, { ...effort, round, rate: peak.rate * PART }));
    }
  }
  const failures = [...seen.flatMap(({ faults }) => faults), ...runs.flatMap(failuresOf)];
  for (const target of targets) failures.push(...(await brokenBooks(stage, target)));
  return { rows: [], runs, failures, tables: [tableOf(seen, effort.rounds)] };
}

/** @param {Stage} stage @param {Target} target @param {Effort & { round: number, rate: number }} plan @returns {Promise<Seen>} */
async function atPart(stage, target, { round, rate, warmUpMs, measureMs }) {
  const lengths = [warmUpMs, measureMs];
  const { url, apiKey } = target;
  const worker = await stage.flood();
  const job = { url, apiKey, skus: SKUS, seed: round, steps: lengths.map((ms) => ({ rate, ms })) };
  stage.progress.start(`tails, round ${round}, ${target.name}: ${Math.round(rate)}/s`);
  const { ended, placed } = await worker.run(job, { timeoutMs: warmUpMs + measureMs + GRACE_MS });
  const { admitted, refusals, besides } = summaryOf(stepsOf(ended, lengths)[1] ?? [], measureMs);
  const faults = await target.books.afterRun(placed, ended.length - placed.length);
  const failed = Object.entries(besides).map(([outcome, times]) => `${times} × ${outcome}`);
  if (refusals > 0) failed.push(`${refusals} were refused`);
  stage.progress.done(
    `tails, round ${round}, ${target.name}: ${Math.round(rate)}/s, p50 ${admitted.p50.toFixed(1)} ms, p99.9 ${admitted.p999.toFixed(1)} ms`,
  );
  const about = (/** @type {string} */ fault) => `${target.name}, round ${round}: ${fault}`;
  return { target: target.name, rate, admitted, faults: [...faults, ...failed].map(about) };
}

/** @param {readonly Seen[]} seen @param {number} rounds @returns {import('../lib/report.mjs').Table} */
function tableOf(seen, rounds) {
  const points = /** @type {const} */ (['p50', 'p90', 'p99', 'p999', 'max']);
  const median = (/** @type {readonly number[]} */ values) => {
    const spread = spreadOf(values);
    return spread ? `${shown(spread.median)} (${shown(spread.min)} – ${shown(spread.max)})` : '–';
  };
  const rows = [...Map.groupBy(seen, ({ target }) => target)].map(([name, own]) => [
    name,
    median(own.map(({ rate }) => rate)),
    ...points.map((point) => median(own.map(({ admitted }) => admitted[point]))),
  ]);
  return {
    title: `Placed → confirmed at ${PART * 100} % of the peak, ms, median of ${rounds} rounds (min – max)`,
    head: ['', 'orders/s', 'p50', 'p90', 'p99', 'p99.9', 'most'],
    rows,
  };
}
