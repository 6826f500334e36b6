import { buildIfChanged } from '../infra/build.mjs';
import { inRoot } from '../infra/root.mjs';
import { fail, say, step } from '../infra/say.mjs';
import { openServers } from '../infra/servers.mjs';
import { Stopped, stopOnSignals, stopping } from '../infra/stopping.mjs';
import { NO_TESTS, runJest } from './jest-run.mjs';
import { anyNeeds, parseArgs, runsOf } from './suites.mjs';

/** @typedef {import('./jest-run.mjs').Count} Count */

const HELP = `npm test                          every suite
npm test -- unit db               some: unit, architecture, sim, db, messaging, e2e, outages, kill
npm test -- e2e -t "last 10"      what follows the suites is for jest

On a broker and a PostgreSQL of its own (.data/test), which it starts and stops. With WAYBILL_TEST_BROKER_URL (without a
vhost), WAYBILL_TEST_MANAGEMENT_URL (with user:password) and WAYBILL_TEST_POSTGRES_URL (of a superuser) on those; tests
that restart a server then need WAYBILL_TEST_FOLDER, the folder of servers that tools/infra/control.mjs may restart.`;

/** @param {string[]} args */
export async function runTests(args) {
  if (args.includes('--help')) return say(HELP);
  stopOnSignals();
  const { suites, jestArgs } = parseArgs(args);
  let count = NO_TESTS;
  let close = async () => undefined;
  try {
    if (anyNeeds(suites, 'build')) await step('Services built', () => buildIfChanged());
    const servers = await testServers(suites);
    close = servers.close;
    for (const { suites: together, atOnce } of runsOf(suites)) {
      const workers = atOnce === 1 ? '--runInBand' : `--maxWorkers=${atOnce}`;
      const own = ['--selectProjects', ...together, workers];
      // A pattern may fit files of one suite only.
      const narrowed = jestArgs.length > 0 ? ['--passWithNoTests', ...jestArgs] : [];
      count = sum(count, await runJest([...own, ...narrowed], { ...process.env, ...servers.env }));
      stopping.throwIfAborted();
    }
  } catch (error) {
    if (!(error instanceof Stopped)) fail(error);
    count = { ...count, failed: count.failed + 1 };
  } finally {
    await close();
  }
  conclude(count);
}

/** @param {Count} count */
function conclude({ passed, failed, skipped, failures }) {
  const none = passed + failed === 0;
  if (none) say('No test was run.');
  // Once more at the end: each is told where it happened, thousands of lines above.
  for (const name of failures) say(`✕ ${name}`);
  process.exitCode = failed > 0 || none ? 1 : 0;
  say(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}

/** @param {Count} a @param {Count} b */
const sum = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures],
});

/** Those of the environment, else private ones. @param {readonly import('./suites.mjs').Suite[]} suites */
export async function testServers(suites) {
  const { WAYBILL_TEST_BROKER_URL, WAYBILL_TEST_MANAGEMENT_URL, WAYBILL_TEST_POSTGRES_URL } = process.env;
  const given = WAYBILL_TEST_BROKER_URL && WAYBILL_TEST_MANAGEMENT_URL && WAYBILL_TEST_POSTGRES_URL;
  const broker = anyNeeds(suites, 'broker');
  const database = anyNeeds(suites, 'database');
  if (given || !(broker || database)) return { env: {}, close: async () => undefined };
  const servers = await step('Broker and database for the tests', () =>
    openServers({ folder: inRoot('.data/test'), broker, database }),
  );
  const env = {
    ...(broker && {
      WAYBILL_TEST_BROKER_URL: servers.brokerUrl,
      WAYBILL_TEST_MANAGEMENT_URL: servers.managementUrl,
    }),
    ...(database && { WAYBILL_TEST_POSTGRES_URL: servers.postgresUrl }),
    WAYBILL_TEST_FOLDER: servers.folder,
  };
  const close = async () => step('Broker and database stopped', () => servers.close());
  return { env, close: /** @type {() => Promise<undefined>} */ (/** @type {unknown} */ (close)) };
}
