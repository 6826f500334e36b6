import { absoluteRowOf, rowOf } from '../lib/compare.mjs';
import { recoveryMs, stepsOf, summaryOf } from '../lib/flood-summary.mjs';
import { SKUS } from '../lib/targets.mjs';
import { placer } from './orders.mjs';

/**
 * P11: three times what it can do, in an open loop.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('../lib/targets.mjs').Target} Target
 * @typedef {import('../lib/compare.mjs').Run} Run
 * @typedef {import('../lib/compare.mjs').Row} Row
 * @typedef {import('../lib/flood-summary.mjs').Summary} Summary
 * @typedef {import('./orders.mjs').Effort} Effort
 */

const CLIENTS = 128;
/** Of the rate of the closed loop: what it bears for as long as one likes. */
const NORMAL = 0.7;
const OVERLOAD = 3;
/** Orders of an open loop are all waited for: ten seconds each, and what a request may take besides. */
const GRACE_MS = 60_000;

const HIGHER = { unit: 'orders/s', better: /** @type {const} */ ('higher') };
const LOWER = { unit: 'ms', better: /** @type {const} */ ('lower') };
const LATENCY = { ...LOWER, bar: 2.5, goal: 2 };

/** @type {{ what: Pick<Row, 'id' | 'title' | 'unit' | 'better' | 'bar' | 'goal'>, names: [string, string?], figure: (run: Run) => number }[]} */
const ROWS = [
  {
    what: {
      id: 'P11/goodput',
      title: 'confirmed at three times the peak, over the peak',
      ...HIGHER,
      bar: 0.85,
      goal: 0.95,
    },
    names: ['overload', 'peak'],
    figure: ({ rate }) => rate,
  },
  {
    what: { id: 'P11/p50', title: 'placed → confirmed of those let in, p50, over normal', ...LATENCY },
    names: ['overload', 'normal'],
    figure: ({ latencyMs }) => latencyMs.p50,
  },
  {
    what: { id: 'P11/p99', title: 'placed → confirmed of those let in, p99, over normal', ...LATENCY },
    names: ['overload', 'normal'],
    figure: ({ latencyMs }) => latencyMs.p99,
  },
  {
    what: { id: 'P11/refusals', title: 'a refusal, p99', ...LOWER, bar: 100, goal: 50 },
    names: ['refusals'],
    figure: ({ rate }) => rate,
  },
  {
    what: { id: 'P11/recovery', title: 'until all is as before', ...LOWER, bar: 10_000, goal: 5_000 },
    names: ['recovery'],
    figure: ({ rate }) => rate,
  },
];

/** @param {Stage} stage @param {Effort} effort @returns {Promise<import('./orders.mjs').Outcome>} */
export async function measureOverload(stage, effort) {
  const waybill = await stage.waybill();
  /** @type {Run[]} */
  const runs = [];
  for (let round = 1; round <= effort.rounds; round++) {
    stage.progress.start(`overload, round ${round}: what it can do`);
    const peak = await placer(stage, waybill, { ...effort, clients: CLIENTS }).run(round);
    runs.push({ bench: 'overload', round, contender: 'peak', ...peak });
    runs.push(...(await flood(stage, waybill, { ...effort, round, peak: peak.rate })));
  }
  const failures = await waybill.books.atEnd();
  const rows = ROWS.map(({ what, names: [ours, theirs], figure }) => {
    if (!theirs) return absoluteRowOf(what, { runs, name: ours, figure, failures });
    const compared = runs.filter(({ contender }) => contender === ours || contender === theirs);
    return rowOf(what, { runs: compared, names: [ours, theirs], figure, failures });
  });
  return { rows, runs: runs.filter(({ contender }) => contender === 'peak') };
}

/** @param {Stage} stage @param {Target} target @param {Effort & { round: number, peak: number }} effort @returns {Promise<Run[]>} */
async function flood(stage, target, { round, peak, warmUpMs, measureMs: ms }) {
  const [normal, most] = [peak * NORMAL, peak * OVERLOAD];
  const lengths = [warmUpMs, ms, 2 * ms, ms];
  const steps = lengths.map((length, i) => ({ rate: i === 2 ? most : normal, ms: length }));
  const rates = steps.slice(1).map(({ rate }) => Math.round(rate));
  stage.progress.start(`overload, round ${round}: ${rates.join(' → ')}/s`);
  const { url, apiKey } = target;
  const timeoutMs = lengths.reduce((sum, length) => sum + length, GRACE_MS);
  const worker = await stage.flood();
  const { ended, placed } = await worker.run({ url, apiKey, skus: SKUS, seed: round, steps }, { timeoutMs });
  const faults = await target.books.afterRun(placed, ended.length - placed.length);
  const [, before, during, after] = stepsOf(ended, lengths);
  const [healthy, loaded] = [summaryOf(before ?? [], ms), summaryOf(during ?? [], 2 * ms)];
  const recovery = recoveryMs(after ?? [], warmUpMs + 3 * ms, healthy.admitted.p99);
  stage.progress.done(`overload, round ${round}: ${wordsOf({ peak, healthy, loaded, recovery })}`);
  const common = { bench: 'overload', round, clients: 0, errors: {}, cpuSeconds: {}, memoryMb: {}, faults };
  const run = (
    /** @type {string} */ contender,
    /** @type {Summary} */ { count, admitted },
    /** @type {number} */ rate,
  ) => ({
    ...common,
    contender,
    count,
    rate,
    latencyMs: admitted,
  });
  return [
    run('normal', healthy, healthy.rate),
    run('overload', loaded, loaded.rate),
    run('refusals', loaded, loaded.refusedMs.p99),
    run('recovery', loaded, recovery),
  ];
}

/** @param {{ peak: number, healthy: Summary, loaded: Summary, recovery: number }} seen */
function wordsOf({ peak, healthy, loaded, recovery }) {
  const times = (/** @type {Summary} */ { admitted: { p50, p99 } }) =>
    `${p50.toFixed(0)}/${p99.toFixed(0)} ms`;
  return [
    `${Math.round(loaded.rate)} of ${Math.round(peak)}/s confirmed`,
    `p50/p99 ${times(loaded)}, before ${times(healthy)}`,
    `${loaded.refusals} refused in ${loaded.refusedMs.p50.toFixed(1)}/${loaded.refusedMs.p99.toFixed(1)} ms`,
    `as before after ${recovery} ms`,
    `besides, before: ${JSON.stringify(healthy.besides)}, then: ${JSON.stringify(loaded.besides)}`,
  ].join('; ');
}
