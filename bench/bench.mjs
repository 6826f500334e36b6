import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { measureLatency, measurePlacing, measureReading } from './contenders/orders.mjs';
import { measureOverload } from './contenders/overload.mjs';
import { measureRpc } from './contenders/rpc.mjs';
import { measureBesideSlow } from './contenders/slow-connections.mjs';
import { printTable, writeResults } from './lib/report.mjs';
import { Stage } from './lib/stage.mjs';

/** @typedef {import('./contenders/orders.mjs').Effort} Effort */

const BENCHES = {
  p1: measurePlacing,
  p2: measureLatency,
  p3: measureRpc,
  p4: measureReading,
  overload: measureOverload,
  slow: measureBesideSlow,
};
/** They say nothing about who is faster. */
const BY_NAME_ONLY = new Set(['overload', 'slow']);

const HELP = `npm run bench -- [p1] [p2] [p3] [p4] [overload] [slow] [options]

  p1   orders placed → confirmed per second, 32 and 128 clients, over one process with one SQL transaction per order
  p2   time from POST to confirmed with one client, over one raw round trip through a quorum queue
  p3   questions through the messaging library over raw amqplib, 16 and 128 callers
  p4   GET /v1/orders/{id}, over the same route of that one process
  overload   three times what it can do, in an open loop: how much is confirmed, how long those that are let in take, how
       soon the rest is refused, and when all is as before. Only when it is named
  slow       orders beside 1 000 connections that are held, over orders alone. Only when it is named

Without names the others are run. Contenders take turns in one run on one machine; ratios are medians over the rounds. After each
run the books are checked: a rate with wrong books counts as failed.

  --rounds N      rounds of each contender (5)
  --seconds N     measured window of a round (10)
  --warm-up N     seconds before it (3)
  --quick         2 rounds of 3 s, to see that it works
  --out FOLDER    for the JSON and the plot (bench/results)
  --help

It uses a broker and a PostgreSQL of its own under .data/bench, or those of WAYBILL_TEST_BROKER_URL,
WAYBILL_TEST_MANAGEMENT_URL and WAYBILL_TEST_POSTGRES_URL. Needs npm run build.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    'warm-up': { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/results' },
    help: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !(name in BENCHES));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`there is no bench ${unknown.join(', ')}\n\n`);
  process.stdout.write(HELP);
  process.exit(unknown.length > 0 ? 2 : 0);
}

/** @type {Effort} */
const effort = values.quick
  ? { rounds: 2, warmUpMs: 1_000, measureMs: 3_000 }
  : { rounds: count('rounds'), warmUpMs: count('warm-up') * 1_000, measureMs: count('seconds') * 1_000 };
const progress = {
  start: (/** @type {string} */ text) => process.stderr.isTTY && process.stderr.write(`\r\u001b[K… ${text}`),
  done: (/** @type {string} */ text) =>
    process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[K' : ''}  ${text}\n`),
};
const stage = new Stage({ env: process.env, progress });
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void stage.close().finally(() => process.exit(130)));
}

try {
  const names = /** @type {(keyof typeof BENCHES)[]} */ (
    positionals.length > 0 ? positionals : Object.keys(BENCHES).filter((name) => !BY_NAME_ONLY.has(name))
  );
  const outcomes = [];
  for (const name of names) outcomes.push(await BENCHES[name](stage, effort));
  const rows = outcomes.flatMap((outcome) => outcome.rows);
  const runs = outcomes.flatMap((outcome) => outcome.runs);
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model, memoryGb: Math.round(totalmem() / 2 ** 30) };
  printTable(rows, runs);
  // Which orders they were nobody needs to know afterwards.
  for (const run of runs) Reflect.deleteProperty(run, 'ids');
  await writeResults(values.out, {
    at: new Date().toISOString(),
    node: process.version,
    machine,
    effort,
    rows,
    runs,
  });
  if (rows.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
} finally {
  await stage.close();
}

/** @param {'rounds' | 'seconds' | 'warm-up'} name */
function count(name) {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0 && number <= 3_600) return number;
  process.stderr.write(`--${name} takes a whole number from 1 to 3600\n`);
  return process.exit(2);
}
