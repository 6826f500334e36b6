import { parseArgs } from 'node:util';

/** @typedef {Readonly<Record<string, { about: string, isUsual?: true }>>} Benches */
/** @typedef {import('../contenders/orders.mjs').Effort} Effort */

const WIDTH = 110;

const OPTIONS = `  --rounds N      rounds of each contender (5)
  --seconds N     measured window of a round (10)
  --warm-up N     seconds before it (3)
  --clients N     instead of the numbers of clients that a bench has by itself
  --orders N      how many p5 fills the tables with (1000000)
  --backlog N     how many orders wait in p7 (100000)
  --minutes N     how long p9 (10) and soak (30) go on
  --quick         2 rounds of 3 s, 20 000 orders, a backlog of 2 000, half a minute: to see that it works
  --out FOLDER    for the JSON and the plot (bench/results): latest of the usual ones, else called after what was run
  --help`;

/** @param {Benches} benches */
export function HELP(benches) {
  const lines = Object.entries(benches).map(([name, { about, isUsual }]) =>
    folded(`  ${name.padEnd(10)} ${isUsual ? '' : '(only by name) '}${about}`, 13),
  );
  return `npm run bench -- [name …] [options]

${lines.join('\n')}

Without names all are run but those that say otherwise. Contenders take turns in one run on one machine; ratios are medians over
the rounds. After each run the books are checked: a figure with wrong books counts as failed. Exit 0, 1 when something has
failed, 2 when it was called wrongly.

${OPTIONS}

It uses a broker and a PostgreSQL of its own under .data/bench, or those of WAYBILL_TEST_BROKER_URL, WAYBILL_TEST_MANAGEMENT_URL
and WAYBILL_TEST_POSTGRES_URL. Needs npm run build. "budget" and "breakdown" make their own PostgreSQL
count statements and note the time of commits, which costs a little: run them apart from others.
`;
}

/** @param {readonly string[]} args @param {Benches} benches */
export function readArguments(args, benches) {
  const { values, positionals } = parsed(args);
  const unknown = positionals.filter((name) => !Object.hasOwn(benches, name));
  if (unknown.length > 0) wrong(`there is no bench ${unknown.join(', ')}: see --help`);
  const usual = Object.keys(benches).filter((name) => benches[name]?.isUsual);
  const isUsual = positionals.length === 0;
  return { values: { ...values, isUsual }, names: isUsual ? usual : [...new Set(positionals)] };
}

/** @param {readonly string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '10' },
        'warm-up': { type: 'string', default: '3' },
        clients: { type: 'string' },
        orders: { type: 'string' },
        minutes: { type: 'string' },
        backlog: { type: 'string' },
        quick: { type: 'boolean', default: false },
        out: { type: 'string', default: 'bench/results' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return wrong(`${/** @type {Error} */ (error).message}: see --help`);
  }
}

/** @param {ReturnType<typeof parsed>['values']} values @returns {Effort} */
export function effortOf(values) {
  const count = (
    /** @type {'rounds' | 'seconds' | 'warm-up' | 'clients' | 'orders' | 'minutes' | 'backlog'} */ name,
    most = 3_600,
  ) => {
    const number = Number(values[name]);
    if (Number.isInteger(number) && number > 0 && number <= most) return number;
    return wrong(`--${name} takes a whole number from 1 to ${most}`);
  };
  const windows = values.quick
    ? { rounds: 2, warmUpMs: 1_000, measureMs: 3_000 }
    : { rounds: count('rounds'), warmUpMs: count('warm-up') * 1_000, measureMs: count('seconds') * 1_000 };
  const usualBacklog = values.quick ? 2_000 : 100_000;
  const usualMinutes = values.quick ? 0.5 : undefined;
  const usualOrders = values.quick ? 20_000 : 1_000_000;
  return {
    ...windows,
    orders: values.orders === undefined ? usualOrders : count('orders', 10_000_000),
    backlog: values.backlog === undefined ? usualBacklog : count('backlog', 1_000_000),
    minutes: values.minutes === undefined ? usualMinutes : count('minutes', 1_440),
    clients: values.clients === undefined ? undefined : count('clients', 1_000),
  };
}

/** @param {string} words @returns {never} */
function wrong(words) {
  process.stderr.write(`${words}\n`);
  process.exit(2);
}

/** @param {string} text @param {number} indent of what does not fit */
function folded(text, indent) {
  const lines = [''];
  for (const word of text.split(/(?<=\S) /)) {
    const last = lines.at(-1) ?? '';
    if (last.length + word.length < WIDTH) lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    else lines.push(' '.repeat(indent) + word);
  }
  return lines.join('\n');
}
