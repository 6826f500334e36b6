// `npm run chaos` breaks a running system in ways drawn from a seed, and says what became of every request.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildIfChanged } from '../../tools/infra/build.mjs';
import { command } from '../../tools/infra/command.mjs';
import { inRoot } from '../../tools/infra/root.mjs';
import { fail, say, step } from '../../tools/infra/say.mjs';
import { openServers } from '../../tools/infra/servers.mjs';
import { Stopped, stopOnSignals } from '../../tools/infra/stopping.mjs';
import { runJest } from '../../tools/test/jest-run.mjs';
import { KINDS } from './kinds.ts';
import { appendResults, summaryOf } from './report.mjs';

const HELP = `npm run chaos -- [--seed N] [--seconds 60] [--clients 12] [--runs 1] [--faults killed,line_cut] [--list] [--help]

Each run starts the whole system on an empty vhost and empty databases, leads orders through all that can become of them, from other
lines before they are paid to goods that come back, and meanwhile breaks 3 to 6 things that the seed draws. Then everything heals, and no order may be lost, doubled or made up,
every invariant must hold, and the provider's own books must say what ours say.

  --seed N        the first run's; each run takes the next one. The same seed draws the same faults at the same moments
  --seconds N     of load, 5 to 600; less than 30 have fewer faults
  --clients N     at once, 1 to 256; more make more orders, and need their share of the processor
  --runs N        1 to 1000
  --faults LIST   only these kinds
  --list          the kinds of faults
  --results FILE  appends what came out to this page

On a broker and a PostgreSQL of its own (.data/chaos). What explains a violation stays in .data/chaos/runs/<seed>.
Exit code 1 when something was violated, or a kind of fault was never noticed by anybody, or what lives are led for never came about, though all had their turn.`;

const FOLDER = inRoot('.data/chaos');
const RUNS = `${FOLDER}/runs`;
const REPORTS = `${RUNS}/reports.jsonl`;
const NAMES = Object.keys(KINDS);

/** @param {string[]} args @returns {Record<string, any>} */
function optionsOf(args) {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      seconds: { type: 'string', default: '60' },
      clients: { type: 'string', default: '12' },
      runs: { type: 'string', default: '1' },
      faults: { type: 'string', default: NAMES.join(',') },
      results: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const kinds = values.faults.split(',').map((name) => name.trim());
  const unknown = kinds.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) throw new Error(`there is no fault ${unknown.join(', ')}: see --list`);
  return {
    ...values,
    kinds,
    seed: numberIn(values.seed, 'seed', [0, 1e9]),
    seconds: numberIn(values.seconds, 'seconds', [5, 600]),
    clients: numberIn(values.clients, 'clients', [1, 256]),
    runs: numberIn(values.runs, 'runs', [1, 1_000]),
  };
}

/** @param {string} text @param {string} name @param {readonly [number, number]} range */
function numberIn(text, name, [least, most]) {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`--${name} takes a whole number from ${least} to ${most}`);
}

/** @param {Record<string, any>} options */
async function chaos({ seed, seconds, clients, runs, kinds, results }) {
  stopOnSignals();
  const startedAt = new Date();
  rmSync(REPORTS, { force: true });
  mkdirSync(RUNS, { recursive: true });
  await step('Services built', () => buildIfChanged());
  const servers = await step('Broker and database for the runs', () => openServers({ folder: FOLDER }));
  let failed = 1;
  try {
    const pattern = [
      '--selectProjects',
      'outages',
      '--runInBand',
      '--testPathPatterns',
      'test/chaos/schedules',
    ];
    ({ failed } = await runJest(pattern, {
      ...process.env,
      WAYBILL_TEST_BROKER_URL: servers.brokerUrl,
      WAYBILL_TEST_MANAGEMENT_URL: servers.managementUrl,
      WAYBILL_TEST_POSTGRES_URL: servers.postgresUrl,
      WAYBILL_TEST_FOLDER: servers.folder,
      WAYBILL_CHAOS: JSON.stringify({ seed, seconds, clients, runs, kinds, folder: RUNS }),
    }));
  } finally {
    await step('Broker and database stopped', () => servers.close());
  }
  const lines = existsSync(REPORTS) ? readFileSync(REPORTS, 'utf8').trim().split('\n') : [];
  const summary = summaryOf(
    lines.map((line) => JSON.parse(line)),
    { kinds, runs },
  );
  say(summary.text);
  if (results) appendResults(results, { summary, startedAt, seed, seconds, clients });
  process.exitCode = failed > 0 || summary.isBad ? 1 : 0;
}

await command(async () => {
  let options;
  try {
    options = optionsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n\n${HELP}`);
    process.exitCode = 2;
    return;
  }
  if (options.help) return say(HELP);
  if (options.list) return say(NAMES.map((name) => `${name.padEnd(24)}${wordsOf(name)}`).join('\n'));
  await chaos(options).catch((error) => error instanceof Stopped || fail(error));
});

/** @param {string} name */
function wordsOf(name) {
  return /** @type {Record<string, { readonly targets: readonly string[] }>} */ (KINDS)[name]?.targets.join(
    ', ',
  );
}
