import { alternate, rowOf } from '../lib/compare.mjs';
import { measure } from '../lib/measure.mjs';

/**
 * P3: a question and its answer through our client, Nest and our strategy, with validation, over raw amqplib on the same
 * kind of queue, with confirms and mandatory on both sides. Beside them what Nest brings for RabbitMQ, as its documentation sets it up: no
 * validation, no mandatory, no acknowledgement.
 * @typedef {import('../lib/stage.mjs').Stage} Stage
 * @typedef {import('./orders.mjs').Effort} Effort
 * @typedef {import('./orders.mjs').Outcome} Outcome
 */

const MARKS = { 16: { bar: 0.9, goal: 1 }, 128: { bar: 1.5, goal: 3 } };

/** @param {Stage} stage @param {Effort} effort @returns {Promise<Outcome>} */
export async function measureRpc(stage, effort) {
  const url = await stage.vhost();
  const waybill = await pair(stage, {
    name: 'waybill',
    echo: 'waybill-echo.mjs',
    caller: 'waybill-caller.mjs',
    url,
  });
  const raw = await pair(stage, { name: 'raw amqplib', echo: 'raw-echo.mjs', caller: 'raw-caller.mjs', url });
  const stock = await pair(stage, {
    name: 'stock Nest',
    echo: 'nest-echo.mjs',
    caller: 'nest-caller.mjs',
    url,
  });
  const names = /** @type {const} */ (['waybill', 'raw amqplib', 'stock Nest']);
  /** @type {Outcome} */
  const outcome = { rows: [], runs: [] };
  for (const [text, mark] of Object.entries(MARKS)) {
    const clients = Number(text);
    const contenders = [waybill, raw, stock].map(({ name, run }) => ({
      name,
      run: () => run({ ...effort, clients }),
    }));
    const runs = await alternate({
      title: `P3 ${clients} callers`,
      ...effort,
      contenders,
      progress: stage.progress,
    });
    const title = `RPC, ${clients} callers, over raw amqplib`;
    const row = {
      id: `P3/${clients}`,
      title,
      unit: 'calls/s',
      better: /** @type {const} */ ('higher'),
      ...mark,
    };
    outcome.rows.push(rowOf(row, { runs, names, figure: ({ rate }) => rate }));
    outcome.runs.push(...runs);
  }
  return outcome;
}

/** @param {Stage} stage @param {{ name: string, echo: string, caller: string, url: string }} what */
async function pair(stage, { name, echo, caller, url }) {
  const config = { url, road: 'rpc' };
  const answering = await stage.worker(`amqp/${echo}`, config);
  const asking = await stage.worker(`amqp/${caller}`, config);
  const { broker = () => [] } = await stage.shared();
  const groups = { echo: () => [answering.pid], broker };
  return {
    name,
    run: async (/** @type {import('../lib/closed-loop.mjs').Job} */ job) => {
      const { clients, warmUpMs, measureMs } = job;
      const run = await measure(asking, { clients, warmUpMs, measureMs }, groups);
      return { ...run, clients, faults: [] };
    },
  };
}
