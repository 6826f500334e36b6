import { alternate } from '../lib/compare.mjs';
import { cpuRowOf } from '../lib/cpu-row.mjs';
import { brokenBooks, clientsOf, placer } from './orders.mjs';

/**
 * P8: CPU seconds per 1 000 orders, by process.
 * @param {import('../lib/stage.mjs').Stage} stage @param {import('./orders.mjs').Effort} effort
 * @returns {Promise<import('./orders.mjs').Outcome>}
 */
export async function measureCpu(stage, effort) {
  const waybill = await stage.ownWaybill();
  /** @type {import('../lib/compare.mjs').Run[]} */
  const runs = [];
  for (const clients of clientsOf(effort)) {
    const contenders = [placer(stage, waybill, { ...effort, clients })];
    const plan = { title: `P8 ${clients} clients`, ...effort, contenders, progress: stage.progress };
    runs.push(...(await alternate(plan)));
  }
  const failures = await brokenBooks(stage, waybill);
  const rows = clientsOf(effort).map((clients) => {
    const own = runs.filter((run) => run.clients === clients);
    return cpuRowOf(clients, { runs: own, name: waybill.name, failures });
  });
  return { rows, runs };
}
