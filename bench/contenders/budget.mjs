import { shown, totalOf } from '../lib/per-order.mjs';
import { countOrders } from './counted.mjs';
import { brokenBooks, clientsOf } from './orders.mjs';

/**
 * What one order costs, from the counters of the running system.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('../lib/report.mjs').Table} Table
 * @typedef {import('../lib/per-order.mjs').Entry} Entry
 */

/** The sum says something where all entries count the same thing. */
const SUMMED = new Set([
  'messages handled',
  'transactions',
  'statements',
  'rows written',
  'bytes of the processes',
]);
const STATEMENTS_SHOWN = 14;

/** @param {Stage} stage @param {import('./orders.mjs').Effort} effort @returns {Promise<import('./orders.mjs').Outcome>} */
export async function measureBudget(stage, effort) {
  const waybill = await stage.ownWaybill();
  const [clients = 32] = clientsOf(effort);
  const { run, found, faults } = await countOrders(stage, waybill, { ...effort, clients });
  stage.progress.done(`budget: ${clients} clients, ${Math.round(run.rate)}/s`);
  const failures = [...faults, ...(await brokenBooks(stage, waybill))];
  return {
    rows: [],
    runs: [{ bench: `budget ${clients} clients`, round: 1, contender: waybill.name, ...run }],
    tables: [cpuTable(run, clients), ...tablesOf(found)],
    failures,
  };
}

/** @param {ReadonlyMap<string, readonly Entry[]>} found @returns {Table[]} */
function tablesOf(found) {
  const calls = found.get('calls of statements') ?? [];
  const ms = new Map((found.get('ms in statements') ?? []).map((entry) => [entry.name, entry.perOrder]));
  const tables = [...found]
    .filter(([section, entries]) => !section.includes(' statements') && entries.length > 0)
    .map(([section, entries]) => tableOf(section, entries));
  const slowest = calls.toSorted((a, b) => (ms.get(b.name) ?? 0) - (ms.get(a.name) ?? 0));
  if (calls.length > 0) {
    const rows = slowest
      .slice(0, STATEMENTS_SHOWN)
      .map(({ name, perOrder: count }) => [name, shown(count), shown(ms.get(name) ?? 0)]);
    tables.push({ title: 'Statements, by their time', head: ['', 'calls per order', 'ms per order'], rows });
  }
  return tables;
}

/** @param {string} section @param {readonly Entry[]} entries @returns {Table} */
function tableOf(section, entries) {
  const all = SUMMED.has(section) && entries.length > 1 ? [...entries, totalOf(entries)] : entries;
  return {
    title: `${section[0]?.toUpperCase()}${section.slice(1)}`,
    head: ['', 'per order', 'idle, per s'],
    rows: all.map((entry) => [entry.name, shown(entry.perOrder), shown(entry.idlePerSecond)]),
  };
}

/** Of the measured window; all else is of warm-up and window. @param {Pick<import('../lib/compare.mjs').Run, 'cpuSeconds' | 'count'>} run @param {number} clients @returns {Table} */
function cpuTable({ cpuSeconds, count }, clients) {
  return {
    title: `Budget of one order, ${clients} clients`,
    head: ['CPU', 'ms per order'],
    rows: Object.entries(cpuSeconds).map(([name, seconds]) => [name, shown((seconds * 1_000) / count)]),
  };
}
