import { randomUUID } from 'node:crypto';
import { alternate, failuresOf } from '../lib/compare.mjs';
import { cpuPerThousand } from '../lib/cpu-row.mjs';
import { HttpClient } from '../lib/http-client.mjs';
import { orderBody, orderHeaders } from '../lib/order-body.mjs';
import { shown } from '../lib/per-order.mjs';
import { spreadOf } from '../lib/statistics.mjs';
import { brokenBooks, placer } from './orders.mjs';

/**
 * The same job by all who can do it, and what becomes of ten units that 32 want, and of a click that came twice.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('../lib/targets.mjs').Target} Target
 * @typedef {import('../lib/compare.mjs').Run} Run
 */

const CLIENTS = [1, 8, 32];
const UNITS = 10;
const BUYERS = 32;

/** @param {Stage} stage @param {import('./orders.mjs').Effort} effort @returns {Promise<import('./orders.mjs').Outcome>} */
export async function measurePeers(stage, effort) {
  const targets = [await stage.waybill(), await stage.monolith(), await stage.flaskStyle()];
  /** @type {Run[]} */
  const runs = [];
  for (const clients of effort.clients === undefined ? CLIENTS : [effort.clients]) {
    const contenders = targets.map((target) => placer(stage, target, { ...effort, clients }));
    runs.push(
      ...(await alternate({
        title: `peers, ${clients} clients`,
        ...effort,
        contenders,
        progress: stage.progress,
      })),
    );
  }
  const failures = runs.flatMap(failuresOf);
  for (const target of targets) failures.push(...(await brokenBooks(stage, target)));
  const numbers = [...new Set(runs.map(({ clients }) => clients))];
  const rows = [];
  for (const target of targets) {
    stage.progress.start(`${target.name}: ${UNITS} units, ${BUYERS} buyers`);
    const own = runs.filter(({ contender }) => contender === target.name);
    const median = (/** @type {number} */ clients, /** @type {(run: Run) => number} */ figure) =>
      shown(spreadOf(own.filter((run) => run.clients === clients).map(figure))?.median ?? Number.NaN);
    rows.push([
      target.name,
      ...numbers.map((clients) => median(clients, ({ rate }) => rate)),
      median(numbers.at(-1) ?? 0, cpuPerThousand),
      String(await soldOfTen(target)),
      String(await ordersOfTwoClicks(target)),
    ]);
  }
  const head = [
    '',
    ...numbers.map((clients) => `orders/s, ${clients}`),
    'CPU ms per order',
    `${UNITS} units, ${BUYERS} buyers: sold`,
    'a click twice: orders',
  ];
  return { rows: [], runs, failures, tables: [{ title: 'Peers, medians', head, rows }] };
}

/** How many of them were told that they have one. @param {Target} target */
async function soldOfTen(target) {
  const sku = `TEN-${randomUUID().slice(0, 8)}`;
  await target.putOnSale(sku, UNITS);
  const answers = await Promise.all(Array.from({ length: BUYERS }, () => buy(target, sku, randomUUID())));
  return answers.filter(({ status }) => status === 'confirmed').length;
}

/** @param {Target} target */
async function ordersOfTwoClicks(target) {
  const sku = `TWO-${randomUUID().slice(0, 8)}`;
  await target.putOnSale(sku, UNITS);
  const key = randomUUID();
  const answers = await Promise.all([buy(target, sku, key), buy(target, sku, key)]);
  return new Set(answers.map(({ id }) => id).filter(Boolean)).size;
}

/** @param {Target} target @param {string} sku @param {string} key @returns {Promise<{ id?: string, status?: string }>} */
async function buy({ url, apiKey }, sku, key) {
  const client = new HttpClient(url);
  try {
    const { body } = await client.send(
      'POST',
      '/v1/orders',
      orderHeaders(apiKey, key),
      orderBody([sku], () => 0),
    );
    return JSON.parse(body);
  } finally {
    client.close();
  }
}
