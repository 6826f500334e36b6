import { alternate, rowOf } from '../lib/compare.mjs';
import { measure } from '../lib/measure.mjs';
import { mostFrequent, placer } from './orders.mjs';

/**
 * P4: reading one order, over the same route of the monolith.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('../lib/targets.mjs').Target} Target
 * @typedef {import('../lib/compare.mjs').Contender} Contender
 * @typedef {import('./orders.mjs').Effort} Effort
 * @typedef {import('./orders.mjs').Outcome} Outcome
 */

/** @param {Stage} stage @param {Effort} effort @returns {Promise<Outcome>} */
export async function measureReading(stage, effort) {
  const targets = [await stage.waybill(), await stage.monolith()];
  const contenders = [];
  for (const target of targets) {
    const placing = placer(stage, target, { ...effort, clients: 32, warmUpMs: 0, measureMs: 2_000 });
    stage.progress.start(`P4, placing orders to read, ${target.name}`);
    const { ids } = /** @type {{ ids: string[] }} */ (/** @type {unknown} */ (await placing.run(0)));
    if (ids.length === 0) throw new Error(`${target.name} accepted no order to be read`);
    contenders.push(reader(stage, target, { ...effort, clients: 32, ids }));
  }
  const runs = await alternate({ title: 'P4 32 clients', ...effort, contenders, progress: stage.progress });
  const what = {
    id: 'P4/32',
    title: 'GET /v1/orders/{id}, 32 clients, over the monolith',
    unit: 'reads/s',
    better: /** @type {const} */ ('higher'),
    bar: 0.45,
    goal: 0.6,
  };
  return { rows: [rowOf(what, { runs, names: ['waybill', 'monolith'], figure: ({ rate }) => rate })], runs };
}

/**
 * @param {Stage} stage @param {Target} target
 * @param {Effort & { clients: number, ids: readonly string[] }} effort
 * @returns {Contender}
 */
function reader(stage, target, { clients, ids, warmUpMs, measureMs }) {
  return {
    name: target.name,
    run: async (round) => {
      const { url, apiKey } = target;
      const job = { kind: 'read', url, apiKey, seed: round, skus: [], ids, clients, warmUpMs, measureMs };
      const groups = { ...target.groups, ...(await stage.shared(target)) };
      const { placed: _none, ...run } = await measure(await stage.load(), job, groups);
      return { ...run, clients, errors: mostFrequent(run.errors), faults: [] };
    },
  };
}
