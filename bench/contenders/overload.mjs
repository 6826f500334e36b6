import { rowOf } from '../lib/compare.mjs';
import { latencyOf } from '../lib/statistics.mjs';
import { SKUS } from '../lib/targets.mjs';
import { placer } from './orders.mjs';

/**
 * P11: three times what it can do, in an open loop, and a thousand connections that are held.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('../lib/compare.mjs').Run} Run
 * @typedef {import('../lib/compare.mjs').Row} Row
 * @typedef {import('../lib/open-loop.mjs').Ended} Ended
 * @typedef {import('./orders.mjs').Effort} Effort
 * @typedef {{ rate: number, admitted: import('../lib/statistics.mjs').Latency, refusedMs: number, refusals: number, strange: Record<string, number> }} Seen
 */

/** A load that it bears for as long as one likes, of the rate of a closed loop. */
const NORMAL = 0.7;
const OVERLOAD = 3;
const CLIENTS = { peak: 128, slow: 32 };
const SOCKETS = 1_000;
/** Orders in an open loop are all waited for: ten seconds each at most, and what a request may take besides. */
const GRACE_MS = 60_000;
const SLICE_MS = 500;

/** @param {Stage} stage @param {Effort} effort @returns {Promise<import('./orders.mjs').Outcome>} */
export async function measureOverload(stage, effort) {
  const waybill = await stage.waybill();
  /** @type {Run[]} */
  const runs = [];
  for (let round = 1; round <= effort.rounds; round++) {
    runs.push(
      ...(await floodOnce(stage, waybill, effort, round)),
      ...(await holdOnce(stage, waybill, effort, round)),
    );
  }
  const failures = await waybill.books.atEnd();
  return { rows: rowsOf(runs).map((row) => ({ ...row, failures: [...row.failures, ...failures] })), runs };
}

/** @param {Stage} stage @param {import('../lib/targets.mjs').Target} target @param {Effort} effort @param {number} round */
async function floodOnce(stage, target, effort, round) {
  const { progress } = stage;
  progress.start(`overload, round ${round}: what it can do`);
  const peak = await runOf(placer(stage, target, { ...effort, clients: CLIENTS.peak }), round, 'peak');
  const [normal, most] = [peak.rate * NORMAL, peak.rate * OVERLOAD];
  const ms = effort.measureMs;
  const steps = [
    { rate: normal, ms: effort.warmUpMs },
    { rate: normal, ms },
    { rate: most, ms: 2 * ms },
    { rate: normal, ms },
  ];
  progress.start(
    `overload, round ${round}: ${Math.round(normal)} → ${Math.round(most)} → ${Math.round(normal)}/s`,
  );
  const flood = await stage.flood();
  const { url, apiKey } = target;
  const total = steps.reduce((sum, step) => sum + step.ms, 0);
  const job = { url, apiKey, skus: SKUS, seed: round, steps };
  const { ended, placed } = await flood.run(job, { timeoutMs: total + GRACE_MS });
  const lost = ended.length - placed.length;
  const faults = await target.books.afterRun(placed, lost);
  const [before, during, after] = stepsOf(ended, effort);
  const healthy = seen(/** @type {Ended[]} */ (before), ms);
  const loaded = seen(/** @type {Ended[]} */ (during), 2 * ms);
  const recovery = recoveryMs(/** @type {Ended[]} */ (after), effort.warmUpMs + 3 * ms, healthy.admitted.p99);
  progress.done(
    `overload, round ${round}: ${Math.round(loaded.rate)} of ${Math.round(peak.rate)}/s confirmed, admitted p50/p99 ` +
      `${loaded.admitted.p50.toFixed(0)}/${loaded.admitted.p99.toFixed(0)} ms (before ${healthy.admitted.p50.toFixed(0)}/${healthy.admitted.p99.toFixed(0)}), ` +
      `${loaded.refusals} refused, p99 ${loaded.refusedMs.toFixed(1)} ms, recovered after ${recovery} ms, ` +
      `besides ${JSON.stringify(loaded.strange)}`,
  );
  const common = { round, clients: 0, errors: {}, cpuSeconds: {}, memoryMb: {}, faults };
  return [
    { ...peak, bench: 'overload' },
    runFrom('normal', healthy, common),
    runFrom('overload', loaded, common),
    { ...runFrom('refusals', loaded, common), rate: loaded.refusedMs },
    { ...runFrom('recovery', loaded, common), rate: recovery },
  ];
}

/** The same closed loop with a thousand held connections and without. @param {Stage} stage @param {import('../lib/targets.mjs').Target} target @param {Effort} effort @param {number} round */
async function holdOnce(stage, target, effort, round) {
  const { url, apiKey } = target;
  const measured = placer(stage, target, { ...effort, clients: CLIENTS.slow });
  stage.progress.start(`slow connections, round ${round}`);
  const without = await runOf(measured, round, 'alone');
  const slow = await stage.worker('slowloris.mjs', { url, apiKey, sockets: SOCKETS });
  const beside = await runOf(measured, round, 'beside');
  const { open, closed } = await slow.run({}, { timeoutMs: 10_000 });
  await slow.stop();
  stage.progress.done(
    `slow connections, round ${round}: ${Math.round(beside.rate)} of ${Math.round(without.rate)}/s; ` +
      `${open} were held at the end, ${closed} had been closed`,
  );
  return [without, beside].map((run) => ({ ...run, bench: 'slow connections' }));
}

/** @param {import('../lib/compare.mjs').Contender} contender @param {number} round @param {string} name @returns {Promise<Run>} */
async function runOf(contender, round, name) {
  return { bench: '', round, contender: name, ...(await contender.run(round)) };
}

/** Without the warm-up. @param {readonly Ended[]} ended @param {Effort} effort @returns {Ended[][]} */
function stepsOf(ended, { warmUpMs, measureMs: ms }) {
  const marks = [warmUpMs, warmUpMs + ms, warmUpMs + 3 * ms, warmUpMs + 4 * ms];
  return marks.slice(1).map((end, i) => ended.filter(({ dueMs }) => dueMs >= (marks[i] ?? 0) && dueMs < end));
}

/** @param {readonly Ended[]} ended @param {number} ms @returns {Seen} */
function seen(ended, ms) {
  const of = (/** @type {string} */ wanted) => ended.filter(({ outcome }) => outcome === wanted);
  const [good, refused] = [of('confirmed'), of('refused')];
  const strange = Object.groupBy(
    ended.filter(({ outcome }) => outcome !== 'confirmed' && outcome !== 'refused'),
    ({ outcome }) => outcome,
  );
  return {
    rate: (good.length * 1_000) / ms,
    admitted: latencyOf(good.map(({ lateMs }) => lateMs)),
    refusedMs: latencyOf(refused.map(({ tookMs }) => tookMs)).p99,
    refusals: refused.length,
    strange: Object.fromEntries(Object.entries(strange).map(([outcome, all]) => [outcome, all?.length ?? 0])),
  };
}

/** Until the last half second in which something was refused, or took twice as long as before. @param {readonly Ended[]} ended @param {number} fromMs @param {number} normalMs */
function recoveryMs(ended, fromMs, normalMs) {
  const slices = Map.groupBy(ended, ({ dueMs }) => Math.floor((dueMs - fromMs) / SLICE_MS));
  const bad = [...slices].filter(
    ([, all]) =>
      all.some(({ outcome }) => outcome !== 'confirmed') ||
      latencyOf(all.map(({ lateMs }) => lateMs)).p50 > 2 * normalMs,
  );
  return (Math.max(-1, ...bad.map(([slice]) => slice)) + 1) * SLICE_MS;
}

/** @param {string} contender @param {Seen} what @param {Pick<Run, 'round' | 'clients' | 'errors' | 'cpuSeconds' | 'memoryMb' | 'faults'>} common @returns {Run} */
function runFrom(contender, { rate, admitted, refusals }, common) {
  return { bench: 'overload', contender, count: refusals, rate, latencyMs: admitted, ...common };
}

/** @param {readonly Run[]} runs @returns {Row[]} */
function rowsOf(runs) {
  const row = (
    /** @type {Pick<Row, 'id' | 'title' | 'unit' | 'better' | 'bar' | 'goal'>} */ what,
    /** @type {[string, string]} */ names,
    /** @type {(run: Run) => number} */ figure,
  ) => rowOf(what, { runs: runs.filter(({ contender }) => names.includes(contender)), names, figure });
  const higher = { unit: 'orders/s', better: /** @type {const} */ ('higher') };
  const lower = { unit: 'ms', better: /** @type {const} */ ('lower') };
  return [
    row(
      {
        id: 'P11/goodput',
        title: 'confirmed at three times the peak, over the peak',
        ...higher,
        bar: 0.85,
        goal: 0.95,
      },
      ['overload', 'peak'],
      ({ rate }) => rate,
    ),
    row(
      {
        id: 'P11/p50',
        title: 'placed → confirmed of those let in, p50, over normal',
        ...lower,
        bar: 2.5,
        goal: 2,
      },
      ['overload', 'normal'],
      ({ latencyMs }) => latencyMs.p50,
    ),
    row(
      {
        id: 'P11/p99',
        title: 'placed → confirmed of those let in, p99, over normal',
        ...lower,
        bar: 2.5,
        goal: 2,
      },
      ['overload', 'normal'],
      ({ latencyMs }) => latencyMs.p99,
    ),
    row(
      {
        id: 'P11/slow',
        title: `confirmed beside ${SOCKETS} connections that are held, over none`,
        ...higher,
        bar: 0.9,
        goal: 0.95,
      },
      ['beside', 'alone'],
      ({ rate }) => rate,
    ),
    ...['refusals', 'recovery'].map((name) => alone(runs, name)),
  ];
}

/** Figures that are compared with nothing: their bar is in ms. @param {readonly Run[]} runs @param {string} name @returns {Row} */
function alone(runs, name) {
  const what =
    name === 'refusals'
      ? { id: 'P11/refusals', title: 'a refusal, p99, over 1 ms', bar: 100, goal: 50 }
      : {
          id: 'P11/recovery',
          title: 'until nothing is refused any more, over 1 ms',
          bar: 10_000,
          goal: 5_000,
        };
  const own = runs.filter(({ contender }) => contender === name);
  const one = own.map((run) => ({ ...run, contender: 'ms', rate: 1 }));
  return rowOf(
    { ...what, unit: '', better: 'lower' },
    { runs: [...own, ...one], names: [name, 'ms'], figure: ({ rate }) => rate },
  );
}
