import { alternate, rowOf } from '../lib/compare.mjs';
import { fillTables } from '../lib/history.mjs';
import { shown } from '../lib/per-order.mjs';
import { pause } from '../lib/wait.mjs';
import { countOrders } from './counted.mjs';
import { brokenBooks, clientsOf, placer } from './orders.mjs';

/**
 * P5: the same Waybill twice on the same servers, one with a million orders in its tables, one without.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('../lib/targets.mjs').WaybillTarget} WaybillTarget
 * @typedef {import('./orders.mjs').Effort} Effort
 */

/** Orders that are repeated: enough of them that they are as various as real ones. */
const TEMPLATE = { clients: 32, warmUpMs: 0, measureMs: 2_000 };
/** The event log is written after the fact. */
const LOGGED_MS = 3_000;
/** Read by a scan for each order: a plan that grows with its table. */
const MOST_SCANNED = 1_000;

/** @param {Stage} stage @param {Effort} effort @returns {Promise<import('./orders.mjs').Outcome>} */
export async function measureMillion(stage, effort) {
  const full = await stage.anotherWaybill({ name: 'full' });
  const faults = await fill(stage, full, effort.orders);
  const empty = await stage.anotherWaybill({ name: 'empty' });
  /** @type {import('./orders.mjs').Outcome} */
  const outcome = { rows: [], runs: [] };
  for (const clients of clientsOf(effort)) {
    const contenders = [full, empty].map((target) => placer(stage, target, { ...effort, clients }));
    const plan = { title: `P5 ${clients} clients`, ...effort, contenders, progress: stage.progress };
    const runs = await alternate(plan);
    const row = {
      id: `P5/${clients}`,
      title: `orders beside ${effort.orders} others, ${clients} clients, over empty tables`,
      unit: 'orders/s',
      better: /** @type {const} */ ('higher'),
      bar: 0.9,
      goal: 0.97,
    };
    outcome.rows.push(rowOf(row, { runs, names: ['full', 'empty'], figure: ({ rate }) => rate }));
    outcome.runs.push(...runs);
  }
  const plans = await comparePlans(stage, { full, empty }, effort);
  for (const target of [full, empty]) faults.push(...(await brokenBooks(stage, target)));
  return {
    ...outcome,
    rows: outcome.rows.map((row) => ({ ...row, failures: [...row.failures, ...faults] })),
    tables: [plans.table],
    failures: plans.faults,
  };
}

/** @param {Stage} stage @param {WaybillTarget} target @param {number} orders @returns {Promise<string[]>} */
async function fill(stage, target, orders) {
  const { progress } = stage;
  const { faults } = await placer(stage, target, TEMPLATE).run(1);
  await pause(LOGGED_MS);
  const begun = performance.now();
  const filled = await fillTables(target, { orders, tell: (text) => progress.start(text) });
  target.books.haveAlready(filled);
  const { rows } = await target.infra.admin.query(
    'select pg_size_pretty(sum(pg_database_size(datname))) as size from pg_database where datname like $1',
    [`${target.infra.name}\\_%`],
  );
  const seconds = Math.round((performance.now() - begun) / 1_000);
  progress.done(`filled with ${filled} orders in ${seconds} s: ${rows[0].size}`);
  return [...faults, ...(await brokenBooks(stage, target))];
}

/** Rows read per order, by table: what a plan that was made for an empty table would make grow. @param {Stage} stage @param {{ full: WaybillTarget, empty: WaybillTarget }} targets @param {Effort} effort */
async function comparePlans(stage, { full, empty }, effort) {
  const read = async (/** @type {WaybillTarget} */ target) => {
    const { found, faults } = await countOrders(stage, target, { ...effort, clients: 32 });
    const entries = found.get('rows read') ?? [];
    return { faults, rows: new Map(entries.map(({ name, perOrder }) => [name, perOrder])) };
  };
  const [ofFull, ofEmpty] = [await read(full), await read(empty)];
  const names = [...new Set([...ofFull.rows.keys(), ...ofEmpty.rows.keys()])].toSorted();
  const scans = [...ofFull.rows].filter(([name, count]) => name.endsWith('by scans') && count > MOST_SCANNED);
  return {
    table: {
      title: 'Rows read per order, 32 clients',
      head: ['', 'full', 'empty'],
      rows: names.map((name) => [name, ...[ofFull, ofEmpty].map(({ rows }) => shown(rows.get(name) ?? 0))]),
    },
    faults: [
      ...ofFull.faults,
      ...ofEmpty.faults,
      ...scans.map(
        ([name, count]) => `with full tables each order reads ${Math.round(count)} rows of ${name}`,
      ),
    ],
  };
}
