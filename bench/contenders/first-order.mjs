import { Checkout } from '../lib/checkout.mjs';
import { absoluteRowOf } from '../lib/compare.mjs';
import { latencyOf } from '../lib/statistics.mjs';

/**
 * P10: `npm start` in a fresh clone until its first order is confirmed: once cold, with all installs, and then on the machine
 * that is prepared by it. RabbitMQ counts as installed where it is.
 * @typedef {import('../lib/compare.mjs').Run} Run
 */

const CONFIRMED = /order ord_\w+ is confirmed/;
const COLD_MS = 600_000;
const WARM_MS = 120_000;

/** @param {import('../lib/stage.mjs').Stage} stage @param {import('./orders.mjs').Effort} effort @returns {Promise<import('./orders.mjs').Outcome>} */
export async function measureFirstOrder({ progress }, { rounds }) {
  progress.start('P10: cloning');
  const checkout = await Checkout.clone();
  /** @type {Run[]} */
  const runs = [];
  const run = async (/** @type {'cold' | 'prepared'} */ contender, /** @type {number} */ round) => {
    progress.start(`P10, ${contender}, round ${round}`);
    const ms = await checkout.start(CONFIRMED, contender === 'cold' ? COLD_MS : WARM_MS);
    progress.done(`P10, ${contender}, round ${round}: ${(ms / 1_000).toFixed(1)} s`);
    const none = { errors: {}, cpuSeconds: {}, memoryMb: {}, faults: [] };
    const measured = { clients: 1, count: 1, rate: 1_000 / ms, latencyMs: latencyOf([ms]), ...none };
    runs.push({ bench: 'P10', round, contender, ...measured });
  };
  try {
    await run('cold', 1);
    for (let round = 1; round <= rounds; round++) await run('prepared', round);
  } finally {
    await checkout.remove();
  }
  const common = { unit: 's', better: /** @type {const} */ ('lower') };
  const figure = (/** @type {Run} */ { latencyMs }) => latencyMs.max / 1_000;
  const cold = {
    ...common,
    id: 'P10/cold',
    title: 'npm start in a fresh clone, until an order is confirmed',
    bar: 90,
    goal: 60,
  };
  const warm = { ...common, id: 'P10/prepared', title: 'the same on a prepared machine', bar: 15, goal: 8 };
  return {
    rows: [
      absoluteRowOf(warm, { runs, name: 'prepared', figure }),
      absoluteRowOf(cold, { runs, name: 'cold', figure }),
    ],
    runs,
  };
}
