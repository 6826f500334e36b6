import { alternate, rowOf } from '../lib/compare.mjs';
import { brokenBooks, clientsOf, placer } from './orders.mjs';

/**
 * P6: each order has the same SKU on its first line, and in every second order another one on a second line, as orders over
 * all SKUs have. So both place as many lines.
 * @param {import('../lib/stage.mjs').Stage} stage @param {import('./orders.mjs').Effort} effort
 * @returns {Promise<import('./orders.mjs').Outcome>}
 */
export async function measureHotSku(stage, effort) {
  const waybill = await stage.waybill();
  /** @type {import('./orders.mjs').Outcome} */
  const outcome = { rows: [], runs: [] };
  for (const clients of clientsOf(effort)) {
    const contenders = [
      { ...placer(stage, waybill, { ...effort, clients, hotSku: true }), name: 'one SKU' },
      { ...placer(stage, waybill, { ...effort, clients }), name: '1 000 SKUs' },
    ];
    const plan = { title: `P6 ${clients} clients`, ...effort, contenders, progress: stage.progress };
    const runs = await alternate(plan);
    const row = {
      id: `P6/${clients}`,
      title: `orders of one and the same SKU, ${clients} clients, over 1 000 SKUs`,
      unit: 'orders/s',
      better: /** @type {const} */ ('higher'),
      bar: 0.8,
      goal: 1,
    };
    outcome.rows.push(rowOf(row, { runs, names: ['one SKU', '1 000 SKUs'], figure: ({ rate }) => rate }));
    outcome.runs.push(...runs);
  }
  const failures = await brokenBooks(stage, waybill);
  const rows = outcome.rows.map((row) => ({ ...row, failures: [...row.failures, ...failures] }));
  return { ...outcome, rows };
}
