import { readCounters, SETTLED_MS } from '../lib/counters.mjs';
import { perOrder } from '../lib/per-order.mjs';
import { pause } from '../lib/wait.mjs';
import { placer } from './orders.mjs';

/**
 * Places orders between two looks at every counter. The books are checked afterwards: they count, too.
 * @param {import('../lib/stage.mjs').Stage} stage
 * @param {import('../lib/targets.mjs').WaybillTarget} target
 * @param {Parameters<typeof placer>[2]} effort
 */
export async function countOrders(stage, target, effort) {
  const settle = async (/** @type {string} */ what) => {
    stage.progress.start(`${target.name}: ${what}`);
    await pause(SETTLED_MS);
    return readCounters(target);
  };
  await settle('until the counters of the start have been told');
  const idle = await settle('what an idle system does');
  const before = await settle('what an idle system does');
  const unchecked = { ...target, books: { afterRun: async () => [], atEnd: async () => [] } };
  const placed = await placer(stage, unchecked, effort).run(1);
  const after = await settle('until the counters have been told');
  const { ids, ...run } = /** @type {typeof placed & { ids: string[] }} */ (placed);
  const lost = Object.values(run.errors).reduce((sum, times) => sum + times, 0);
  const found = perOrder({ idle, before, after, orders: ids.length });
  const orders = ids.map((id) => ({ id, status: 'confirmed' }));
  const faults = [...(await target.books.afterRun(orders, lost)), ...Object.keys(run.errors)];
  return { run: { ...run, faults }, found, faults };
}
