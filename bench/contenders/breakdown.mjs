import { randomUUID } from 'node:crypto';
import { commitTimes, momentsOf } from '../lib/commit-times.mjs';
import { HttpClient } from '../lib/http-client.mjs';
import { orderBody, orderHeaders } from '../lib/order-body.mjs';
import { shown } from '../lib/per-order.mjs';
import { randomFrom } from '../lib/random.mjs';
import { latencyOf } from '../lib/statistics.mjs';
import { SKUS } from '../lib/targets.mjs';
import { brokenBooks, rawRoundTrip } from './orders.mjs';

/**
 * Where each millisecond of an order goes, with one client: from when it was sent and answered, and from when each of its
 * commits was done, as PostgreSQL has noted it. The times that services write into their rows are their own idea of the
 * database's clock, and not exact enough.
 * @typedef {import('../lib/targets.mjs').WaybillTarget} WaybillTarget
 * @typedef {import('../lib/commit-times.mjs').Call} Call
 * @typedef {import('../lib/commit-times.mjs').Moments} Moments
 */

/** Between which two moments what happens. */
const STEPS = /** @type {const} */ ([
  ['sent', 'placed', 'HTTP, gateway, question to order, commit'],
  ['placed', 'reserved', 'reserve: order → stock, commit'],
  ['reserved', 'charging', 'reserved: stock → order, commit'],
  ['charging', 'intent', 'charge: order → payment, commit of the intent'],
  ['intent', 'captured', 'the provider, commit of the outcome'],
  ['captured', 'confirmed', 'captured: payment → order, commit'],
  ['confirmed', 'answered', 'notice: order → gateway, HTTP'],
  ['confirmed', 'committed', 'nobody waits for it, commit: order → stock, commit'],
]);

/** @param {import('../lib/stage.mjs').Stage} stage @param {import('./orders.mjs').Effort} effort @returns {Promise<import('./orders.mjs').Outcome>} */
export async function measureBreakdown(stage, effort) {
  const waybill = await stage.ownWaybill();
  const { rows } = await waybill.infra.admin.query('show track_commit_timestamp');
  if (rows[0].track_commit_timestamp !== 'on')
    throw new Error('the server must have track_commit_timestamp on');
  const forMs = async (/** @type {number} */ ms) => placeOneByOne(waybill, performance.now() + ms);
  stage.progress.start('breakdown: one order after the other');
  const warm = await forMs(effort.warmUpMs);
  const calls = await forMs(effort.measureMs * effort.rounds);
  const orders = [...warm, ...calls].map(({ id }) => ({ id, status: 'confirmed' }));
  const failures = await waybill.books.afterRun(orders, 0);
  const moments = await momentsOf(waybill, calls);
  stage.progress.done(`breakdown: ${calls.length} orders`);
  const raw = await (await rawRoundTrip(stage, effort)).run(1);
  const commits = await commitTimes(waybill);
  failures.push(...(await brokenBooks(stage, waybill)));
  const floor = [
    ['a commit of one row, by itself', ...figuresOf(commits)],
    [
      'a quorum round trip by itself: publish, confirm, answer',
      '',
      shown(raw.latencyMs.p50),
      shown(raw.latencyMs.p99),
    ],
  ];
  return {
    rows: [],
    runs: [],
    failures,
    tables: [
      {
        title: `One order, one client, ms (${calls.length} orders)`,
        head: ['', 'mean', 'p50', 'p99', 'part'],
        rows: [...stepRows(moments), ...floor],
      },
    ],
  };
}

/** @param {readonly Moments[]} moments */
function stepRows(moments) {
  const lasted = (/** @type {string} */ from, /** @type {string} */ to) =>
    moments.map((moment) => (moment[to] ?? Number.NaN) - (moment[from] ?? Number.NaN));
  const all = lasted('sent', 'answered');
  const part = (/** @type {readonly number[]} */ values) =>
    `${Math.round((100 * meanOf(values)) / meanOf(all))} %`;
  const rows = STEPS.map(([from, to, what]) => {
    const values = lasted(from, to);
    const isWaitedFor = to !== 'committed';
    return [`${from} → ${to}: ${what}`, ...figuresOf(values), ...(isWaitedFor ? [part(values)] : [])];
  });
  return [...rows.slice(0, -1), ['sent → answered', ...figuresOf(all), '100 %'], ...rows.slice(-1)];
}

/** @param {readonly number[]} values */
function figuresOf(values) {
  const { p50, p99 } = latencyOf(values);
  return [meanOf(values), p50, p99].map(shown);
}

/** @param {readonly number[]} values */
const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

const now = () => performance.timeOrigin + performance.now();

/** @param {WaybillTarget} target @param {number} until */
async function placeOneByOne({ url, apiKey }, until) {
  const client = new HttpClient(url);
  const random = randomFrom(1);
  /** @type {Call[]} */
  const calls = [];
  try {
    while (performance.now() < until) {
      const sent = now();
      const headers = orderHeaders(apiKey, randomUUID());
      const { status, body } = await client.send('POST', '/v1/orders', headers, orderBody(SKUS, random));
      const answered = now();
      const order = JSON.parse(body);
      if (order.status !== 'confirmed') throw new Error(`HTTP ${status} ${body}`);
      calls.push({ id: order.id, sent, answered });
    }
    return calls;
  } finally {
    client.close();
  }
}
