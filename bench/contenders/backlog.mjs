import { rowOf } from '../lib/compare.mjs';
import { latencyOf } from '../lib/statistics.mjs';
import { SKUS } from '../lib/targets.mjs';
import { pause } from '../lib/wait.mjs';
import { brokenBooks, placer } from './orders.mjs';

/**
 * P7: orders are taken while the stock service is down, so that one message for each waits in its queue. From the moment
 * when it takes up the first of them until the last order is confirmed, paid and its stock committed, over the rate of
 * orders that are placed and waited for. Both are orders per second through the same steps; the backlog has its first step
 * behind it already, and nobody loads the gateway.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('../lib/targets.mjs').WaybillTarget} WaybillTarget
 * @typedef {import('../lib/compare.mjs').Run} Run
 * @typedef {import('./orders.mjs').Effort} Effort
 */

const CLIENTS = 128;
/** An order of the backlog must not be given up meanwhile. */
const PATIENT = { SAGA_TIMEOUT_SECONDS: '7200' };
/** Slower than this is no draining. */
const SLOWEST_PER_SECOND = 50;
const GRACE_MS = 120_000;
const POLL_MS = 20;

/** @param {Stage} stage @param {Effort} effort @returns {Promise<import('./orders.mjs').Outcome>} */
export async function measureBacklog(stage, effort) {
  const waybill = await stage.anotherWaybill({ env: PATIENT });
  const orders = effort.backlog;
  /** @type {Run[]} */
  const runs = [];
  for (let round = 1; round <= effort.rounds; round++) {
    const steady = placer(stage, waybill, { ...effort, clients: effort.clients ?? CLIENTS });
    runs.push({ bench: 'P7', round, contender: 'steady', ...(await steady.run(round)) });
    runs.push({
      bench: 'P7',
      round,
      contender: 'backlog',
      ...(await drain(stage, waybill, { orders, round })),
    });
    const { rate } = /** @type {Run} */ (runs.at(-1));
    stage.progress.done(`P7, round ${round}/${effort.rounds}: ${orders} drained with ${Math.round(rate)}/s`);
  }
  const row = {
    id: 'P7',
    title: `a backlog of ${orders} orders, from stock to confirmed, over the steady rate`,
    unit: 'orders/s',
    better: /** @type {const} */ ('higher'),
    bar: 1,
    goal: 1.5,
  };
  const failures = await brokenBooks(stage, waybill);
  const names = /** @type {const} */ (['backlog', 'steady']);
  return { rows: [rowOf(row, { runs, names, figure: ({ rate }) => rate, failures })], runs };
}

/** @param {Stage} stage @param {WaybillTarget} target @param {{ orders: number, round: number }} plan */
async function drain(stage, target, { orders, round }) {
  const stock = target.stack.of('stock');
  const worker = await stage.backlog();
  const { url, apiKey } = target;
  const timeoutMs = (orders / SLOWEST_PER_SECOND) * 1_000 + GRACE_MS;
  stage.progress.start(`P7: ${orders} orders without a stock service`);
  await stock.stop();
  const job = { url, apiKey, skus: SKUS, seed: round, clients: CLIENTS, orders };
  const { placed } = await worker.run(job, { timeoutMs });
  const waiting = placed.filter(
    (/** @type {{ status: string }} */ { status }) => status === 'pending',
  ).length;
  stage.progress.start(`P7: draining ${orders} orders`);
  // It works before it says that it is ready.
  const started = stock.start();
  await firstStep(target);
  const begun = performance.now();
  await started;
  const left = await target.books.untilQuiet(timeoutMs);
  const seconds = (performance.now() - begun) / 1_000;
  const faults = [
    ...left,
    ...(waiting === orders ? [] : [`only ${waiting} of ${orders} orders were waiting`]),
    ...(await target.books.afterRun(placed, 0)),
  ];
  const none = { errors: {}, cpuSeconds: {}, memoryMb: {}, latencyMs: latencyOf([]) };
  return { clients: 0, count: orders, rate: orders / seconds, faults, ...none };
}

/** The first reservation since the stock service has come back. @param {WaybillTarget} target */
async function firstStep({ books }) {
  const deadline = Date.now() + GRACE_MS;
  for (;;) {
    const { rows } = await books.pools.order.query(
      `select 1 from orders where phase <> 'reserving' and deadline_at is not null limit 1`,
    );
    if (rows.length > 0) return;
    if (Date.now() > deadline) throw new Error('the stock service has taken up nothing');
    await pause(POLL_MS);
  }
}
