import { alternate, rowOf } from '../lib/compare.mjs';
import { placer } from './orders.mjs';

const CLIENTS = 32;
const SOCKETS = 1_000;

/**
 * P11: orders beside a thousand connections that are held, over orders alone.
 * @param {import('../lib/stage.mjs').Stage} stage @param {import('./orders.mjs').Effort} effort
 * @returns {Promise<import('./orders.mjs').Outcome>}
 */
export async function measureBesideSlow(stage, effort) {
  const waybill = await stage.waybill();
  const alone = { ...placer(stage, waybill, { ...effort, clients: CLIENTS }), name: 'alone' };
  const beside = {
    name: 'beside',
    run: (/** @type {number} */ round) => besideSlow(stage, waybill, alone, round),
  };
  const runs = await alternate({
    title: 'slow connections',
    ...effort,
    contenders: [alone, beside],
    progress: stage.progress,
  });
  const row = {
    id: 'P11/slow',
    title: `orders beside ${SOCKETS} connections that are held, over none`,
    unit: 'orders/s',
    better: /** @type {const} */ ('higher'),
    bar: 0.9,
    goal: 0.95,
  };
  const failures = await waybill.books.atEnd();
  return {
    rows: [rowOf(row, { runs, names: ['beside', 'alone'], figure: ({ rate }) => rate, failures })],
    runs,
  };
}

/**
 * @param {import('../lib/stage.mjs').Stage} stage @param {import('../lib/targets.mjs').Target} target
 * @param {import('../lib/compare.mjs').Contender} alone @param {number} round
 */
async function besideSlow(stage, { url, apiKey }, alone, round) {
  const slow = await stage.worker('slowloris.mjs', { url, apiKey, sockets: SOCKETS });
  try {
    const run = await alone.run(round);
    const { open, closed } = await slow.run({}, { timeoutMs: 10_000 });
    stage.progress.done(`held at the end: ${open} of ${SOCKETS}, closed by then: ${closed}`);
    return run;
  } finally {
    await slow.stop();
  }
}
