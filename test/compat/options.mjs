import { parseArgs } from 'node:util';

export const HELP = `npm run compat -- [options]

Runs version N−1 beside N, which is what is checked out: each service of one with all others of the other, in turns, and a rolling
update there and back, on N's databases and with N's messages, under load. Nothing may be lost, nothing may be answered with
anything but what the API document promises, and the books must agree after each step.

  --rev <revision>    N−1: a tag or commit (that of test/compat/base.json; there the reasons)
  --orders <n>        of each step, at least (60)
  --clients <n>       that place them (8)
  --report            writes docs/results/compat.md
  --set-base [<rev>]  no run: makes a revision (HEAD) the base that migrations, rights and messages are compared with
  --help

On a broker and a PostgreSQL of its own (.data/compat), or those of WAYBILL_TEST_BROKER_URL, WAYBILL_TEST_MANAGEMENT_URL and
WAYBILL_TEST_POSTGRES_URL. Exit code 0: nothing was lost; 1: something was, or it could not run; 2: wrong use.
npm run long:compat is the same with 600 orders a step, and writes the report.`;

/** @typedef {{ rev?: string, orders: number, clients: number, report: boolean, setBase?: string, help: boolean }} Options */

/** @param {string[]} args @returns {Options} */
export function parseOptions(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rev: { type: 'string' },
      orders: { type: 'string', default: '60' },
      clients: { type: 'string', default: '8' },
      report: { type: 'boolean', default: false },
      'set-base': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { rev, report, help } = values;
  if (positionals.length > (values['set-base'] ? 1 : 0)) throw new Error(`what is ${positionals.at(-1)}?`);
  return {
    ...(rev && { rev }),
    orders: countOf('orders', values.orders),
    clients: countOf('clients', values.clients),
    report,
    ...(values['set-base'] && { setBase: positionals[0] ?? 'HEAD' }),
    help,
  };
}

/** @param {string} name @param {string} text */
function countOf(name, text) {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100_000)
    throw new Error(`--${name} ${text} is no count`);
  return count;
}
