import { failuresOf } from '../lib/compare.mjs';
import { SETTLED_MS } from '../lib/counters.mjs';
import { shown } from '../lib/per-order.mjs';
import { spreadOf, sumOf } from '../lib/statistics.mjs';
import { pause } from '../lib/wait.mjs';
import { brokenBooks, placer } from './orders.mjs';

/**
 * One, two and four processes of each kind. On one machine more of them are not faster: what is asked is whether nothing is
 * lost and whether each does its share.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('../lib/targets.mjs').WaybillTarget} WaybillTarget
 * @typedef {import('../lib/compare.mjs').Run} Run
 * @typedef {import('./orders.mjs').Effort} Effort
 */

const REPLICAS = [1, 2, 4];
const CLIENTS = 128;
/** For each process of a kind: what has served few orders has not been optimized by the engine, and takes twice the processor. */
const WARM_MS = 10_000;
/** Of an equal share: less is not taking part. */
const LEAST_SHARE = 0.25;
/** What each has done, by its own count. */
const DONE = /^(?:waybill_messages_total|waybill_http_request_duration_seconds_count)\{.*\} (\S+)$/gm;

/** @param {Stage} stage @param {Effort} effort @returns {Promise<import('./orders.mjs').Outcome>} */
export async function measureReplicas(stage, effort) {
  /** @type {Run[]} */
  const runs = [];
  /** @type {string[]} */
  const failures = [];
  const shares = { title: 'Shares of the work', head: ['', ''], rows: /** @type {string[][]} */ ([]) };
  const rates = {
    title: 'Replicas, medians',
    head: ['', 'orders/s', 'p50 ms', 'p99 ms', 'transactions per order', 'rolled back'],
    rows: /** @type {string[][]} */ ([]),
  };
  for (const replicas of REPLICAS) {
    const seen = await withReplicas(stage, replicas, effort);
    runs.push(...seen.runs);
    failures.push(
      ...seen.runs.flatMap(failuresOf),
      ...seen.broken.map((fault) => `${replicas} of each, ${fault}`),
    );
    const median = (/** @type {(run: Run) => number} */ figure) =>
      shown(spreadOf(seen.runs.map(figure))?.median ?? Number.NaN);
    const { committed, back } = seen.perOrder;
    rates.rows.push([
      `${replicas} of each`,
      median(({ rate }) => rate),
      median(({ latencyMs }) => latencyMs.p50),
      median(({ latencyMs }) => latencyMs.p99),
      shown(committed + back),
      shown(back),
    ]);
    for (const [name, parts] of seen.shares) {
      shares.rows.push([`${replicas} × ${name}`, ...parts.map((part) => `${shown(part * 100)} %`)]);
      const least = Math.min(...parts);
      if (least < LEAST_SHARE / replicas)
        failures.push(`one of ${replicas} × ${name} has done ${shown(least * 100)} %`);
    }
  }
  return { rows: [], runs, failures, tables: [rates, shares] };
}

/** @param {Stage} stage @param {number} replicas @param {Effort} effort */
async function withReplicas(stage, replicas, effort) {
  const target = await stage.anotherWaybill({ replicas });
  try {
    const clients = effort.clients ?? CLIENTS;
    stage.progress.start(`${replicas} of each: warming up`);
    await placer(stage, target, { clients, warmUpMs: 0, measureMs: replicas * WARM_MS }).run(0);
    const { orders, ...before } = await countsOf(target);
    const placing = placer(stage, target, { ...effort, clients });
    /** @type {Run[]} */
    const runs = [];
    for (let round = 1; round <= effort.rounds; round++) {
      stage.progress.start(`${replicas} of each, round ${round}/${effort.rounds}`);
      const run = await placing.run(round);
      runs.push({ bench: 'replicas', round, contender: `${replicas} of each`, ...run });
      stage.progress.done(`${replicas} of each, round ${round}: ${Math.round(run.rate)}/s`);
    }
    stage.progress.start(`${replicas} of each: until the counters have been told`);
    const after = await countsOf(target);
    const perOrder = {
      committed: (after.committed - before.committed) / (after.orders - orders),
      back: (after.back - before.back) / (after.orders - orders),
    };
    return {
      runs,
      perOrder,
      shares: sharesOf(before.done, after.done),
      broken: await brokenBooks(stage, target),
    };
  } finally {
    await target.close();
  }
}

/** Transactions among them: of two that decide about one order at once, one is rolled back and decides again. @param {WaybillTarget} target */
async function countsOf(target) {
  await pause(SETTLED_MS);
  const { admin, name } = target.infra;
  const { rows } = await admin.query(
    `select sum(xact_commit)::float8 as committed, sum(xact_rollback)::float8 as back
     from pg_stat_database where datname like $1`,
    [`${name}\\_%`],
  );
  const { committed, back } = /** @type {{ committed: number, back: number }} */ (rows[0]);
  const placed = await target.books.pools.order.query('select count(*)::int as orders from orders');
  return { done: await doneBy(target), orders: Number(placed.rows[0].orders), committed, back };
}

/** @param {WaybillTarget} target @returns {Promise<{ name: string, done: number }[]>} */
function doneBy({ stack }) {
  return Promise.all(
    stack.processes.map(async ({ name, url }) => {
      const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
      const counts = [...(await response.text()).matchAll(DONE)].map(([, value]) => Number(value));
      return { name, done: counts.reduce((sum, count) => sum + count, 0) };
    }),
  );
}

/** @param {readonly { name: string, done: number }[]} before @param {readonly { name: string, done: number }[]} after @returns {[string, number[]][]} */
function sharesOf(before, after) {
  const made = after.map(({ name, done }, i) => ({ name, done: done - (before[i]?.done ?? 0) }));
  const all = sumOf(made.map(({ name, done }) => ({ [name]: done })));
  return [...Map.groupBy(made, ({ name }) => name)].map(([name, own]) => [
    name,
    own.map(({ done }) => done / (all[name] ?? Number.NaN)),
  ]);
}
