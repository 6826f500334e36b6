import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfChanged } from '../../tools/infra/build.mjs';
import { inRoot } from '../../tools/infra/root.mjs';
import { fail, say, step } from '../../tools/infra/say.mjs';
import { openServers } from '../../tools/infra/servers.mjs';
import { stopOnSignals } from '../../tools/infra/stopping.mjs';
import { runJest } from '../../tools/test/jest-run.mjs';
import { checkOut } from './checkout.mjs';
import { HELP, parseOptions } from './options.mjs';
import { reportOf } from './report.mjs';
import { setBase } from './set-base.mjs';

const REPORT = 'docs/results/compat.md';

try {
  const options = optionsOf(process.argv.slice(2));
  if (options?.help) say(HELP);
  else if (options?.setBase)
    await step('Base written', async (done) => done(`Base: ${await setBase(options.setBase ?? '')}`));
  else if (options) await run(options);
} catch (error) {
  fail(error);
}

/** @param {string[]} args */
function optionsOf(args) {
  try {
    return parseOptions(args);
  } catch (error) {
    say(`${/** @type {Error} */ (error).message}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  }
}

/** @param {import('./options.mjs').Options} options */
async function run(options) {
  stopOnSignals();
  const base = JSON.parse(readFileSync(inRoot('test/compat/base.json'), 'utf8'));
  await step('Services of N built', () => buildIfChanged());
  const before = await step('Services of N−1 built', (done) => {
    const built = checkOut(options.rev ?? base.revision);
    done(`Services of N−1 built: ${built.title}`);
    return built;
  });
  const results = join(mkdtempSync(join(tmpdir(), 'waybill-compat-')), 'results.jsonl');
  const servers = await testServers();
  try {
    const env = {
      ...process.env,
      ...servers.env,
      WAYBILL_COMPAT_FOLDER: before.folder,
      WAYBILL_COMPAT_ORDERS: String(options.orders),
      WAYBILL_COMPAT_CLIENTS: String(options.clients),
      WAYBILL_COMPAT_RESULTS: results,
    };
    const { passed, failed } = await runJest(['--config', 'test/compat/jest.config.mjs', '--runInBand'], env);
    const text = reportOf({
      before,
      options,
      results: existsSync(results) ? readFileSync(results, 'utf8') : '',
    });
    say(`\n${text}`);
    if (options.report) {
      mkdirSync(inRoot('docs/results'), { recursive: true });
      writeFileSync(inRoot(REPORT), text);
    }
    if (failed > 0 || passed === 0) process.exitCode = 1;
  } finally {
    await servers.close();
    before.remove();
    rmSync(join(results, '..'), { recursive: true, force: true });
  }
}

/** Those of the environment, else private ones. */
async function testServers() {
  const { WAYBILL_TEST_BROKER_URL, WAYBILL_TEST_MANAGEMENT_URL, WAYBILL_TEST_POSTGRES_URL } = process.env;
  if (WAYBILL_TEST_BROKER_URL && WAYBILL_TEST_MANAGEMENT_URL && WAYBILL_TEST_POSTGRES_URL)
    return { env: {}, close: async () => undefined };
  const { brokerUrl, managementUrl, postgresUrl, close } = await step('Broker and database', () =>
    openServers({ folder: inRoot('.data/compat') }),
  );
  const env = {
    WAYBILL_TEST_BROKER_URL: brokerUrl,
    WAYBILL_TEST_MANAGEMENT_URL: managementUrl,
    WAYBILL_TEST_POSTGRES_URL: postgresUrl,
  };
  return { env, close };
}
