import { alternate, rowOf } from '../lib/compare.mjs';
import { cpuRowOf } from '../lib/cpu-row.mjs';
import { measure } from '../lib/measure.mjs';
import { SKUS } from '../lib/targets.mjs';

/**
 * P1: orders per second, placed → confirmed, over the monolith. P2: how long one client waits for that, over one raw
 * quorum round trip.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('../lib/targets.mjs').Target} Target
 * @typedef {import('../lib/compare.mjs').Contender} Contender
 * @typedef {import('../lib/compare.mjs').Run} Run
 * @typedef {import('../lib/compare.mjs').Row} Row
 * @typedef {object} Effort
 * @property {number} rounds
 * @property {number} warmUpMs
 * @property {number} measureMs
 * @property {number} orders that the tables are filled with
 * @property {number} backlog
 * @property {number | undefined} [clients] instead of those that a bench has by itself
 * @property {number | undefined} [minutes] the same
 * @typedef {object} Outcome
 * @property {Row[]} rows
 * @property {Run[]} runs
 * @property {import('../lib/report.mjs').Table[]} [tables]
 * @property {string[]} [failures] of what has no row
 */

const ERRORS_SHOWN = 5;
/** One client alone has placed some forty orders when its warm-up is over: too few for the engine to have optimized anything. */
const WARM = { clients: 32, warmUpMs: 0, measureMs: 5_000 };

/** @param {Stage} stage @param {Effort} effort @returns {Promise<Outcome>} */
export async function measurePlacing(stage, effort) {
  const waybill = await stage.waybill();
  const monolith = await stage.monolith();
  /** @type {Outcome} */
  const outcome = { rows: [], runs: [] };
  for (const clients of clientsOf(effort)) {
    const mark = clients < 128 ? { bar: 0.6, goal: 1 } : { bar: 0.9, goal: 1.5 };
    const title = `orders placed → confirmed, ${clients} clients, over the monolith`;
    const contenders = [waybill, monolith].map((target) => placer(stage, target, { ...effort, clients }));
    const runs = await alternate({
      title: `P1 ${clients} clients`,
      ...effort,
      contenders,
      progress: stage.progress,
    });
    const row = {
      id: `P1/${clients}`,
      title,
      unit: 'orders/s',
      better: /** @type {const} */ ('higher'),
      ...mark,
    };
    outcome.rows.push(rowOf(row, { runs, names: ['waybill', 'monolith'], figure: ({ rate }) => rate }));
    outcome.rows.push(cpuRowOf(clients, { runs, name: 'waybill' }));
    outcome.runs.push(...runs);
  }
  const broken = [...(await brokenBooks(stage, waybill)), ...(await brokenBooks(stage, monolith))];
  return {
    ...outcome,
    rows: outcome.rows.map((row) => ({ ...row, failures: [...row.failures, ...broken] })),
  };
}

/** Few that wait for each other's commits, and many: or those that were asked for. @param {Effort} effort */
export const clientsOf = ({ clients }) => (clients === undefined ? [32, 128] : [clients]);

/** @param {Stage} stage @param {Effort} effort @returns {Promise<Outcome>} */
export async function measureLatency(stage, effort) {
  const waybill = await stage.waybill();
  const monolith = await stage.monolith();
  const raw = await rawRoundTrip(stage, effort);
  for (const target of [waybill, monolith]) {
    stage.progress.start(`P2: warming up ${target.name}`);
    await placer(stage, target, WARM).run(0);
  }
  const placers = [waybill, monolith].map((target) => placer(stage, target, { ...effort, clients: 1 }));
  const plan = { title: 'P2 one client', ...effort, contenders: [...placers, raw], progress: stage.progress };
  const runs = await alternate(plan);
  const failures = await brokenBooks(stage, waybill);
  const row = (/** @type {'p50' | 'p99'} */ point) => {
    const title = `POST → confirmed, one client, ${point}, over one raw quorum round trip`;
    const what = {
      id: `P2/${point}`,
      title,
      unit: 'ms',
      better: /** @type {const} */ ('lower'),
      bar: 25,
      goal: 10,
    };
    const names = /** @type {const} */ (['waybill', 'raw round trip', 'monolith']);
    return rowOf(what, { runs, names, figure: ({ latencyMs }) => latencyMs[point], failures });
  };
  return { rows: [row('p50'), row('p99')], runs };
}

/**
 * @param {Stage} stage @param {Target} target
 * @param {Pick<Effort, 'warmUpMs' | 'measureMs'> & { clients: number, hotSku?: boolean }} effort
 * @returns {Contender}
 */
export function placer(stage, target, { clients, warmUpMs, measureMs, hotSku = false }) {
  return {
    name: target.name,
    run: async (round) => {
      const { url, urls, apiKey } = target;
      const job = {
        kind: 'place',
        url,
        urls,
        apiKey,
        seed: round * 1_000 + clients,
        skus: SKUS,
        hotSku,
        ids: [],
      };
      const groups = { ...target.groups, ...(await stage.shared(target)) };
      const { placed, ...run } = await measure(
        await stage.load(),
        { ...job, clients, warmUpMs, measureMs },
        groups,
      );
      const lost = Object.values(run.errors).reduce((sum, times) => sum + times, 0);
      stage.progress.start(`${target.name}: checking ${placed.length} orders`);
      const faults = await target.books.afterRun(placed, lost);
      const ids = placed.map((/** @type {{ id: string }} */ { id }) => id);
      return { ...run, clients, errors: mostFrequent(run.errors), faults, ids };
    },
  };
}

/** @param {Stage} stage @param {Effort} effort @returns {Promise<Contender>} */
export async function rawRoundTrip(stage, { warmUpMs, measureMs }) {
  const config = { url: await stage.vhost(), road: 'quorum' };
  const echo = await stage.worker('amqp/raw-echo.mjs', config);
  const caller = await stage.worker('amqp/raw-caller.mjs', config);
  const { broker = () => [] } = await stage.shared();
  const groups = { echo: () => [echo.pid], broker };
  return {
    name: 'raw round trip',
    run: async () => {
      const run = await measure(caller, { clients: 1, warmUpMs, measureMs }, groups);
      return { ...run, clients: 1, faults: [] };
    },
  };
}

/** @param {Stage} stage @param {Target} target */
export async function brokenBooks(stage, { name, books }) {
  stage.progress.start(`${name}: checking every invariant`);
  const faults = await books.atEnd();
  return faults.map((fault) => `${name}, at the end: ${fault}`);
}

/** @param {Record<string, number>} errors */
export function mostFrequent(errors) {
  const sorted = Object.entries(errors).sort(([, a], [, b]) => b - a);
  return Object.fromEntries(sorted.slice(0, ERRORS_SHOWN));
}
