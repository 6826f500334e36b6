import { randomBytes } from 'node:crypto';
import { apiKey, DevelopmentFile, environment, identity, sandboxBooks } from '../infra/environment.mjs';
import { allVariablesOf, Infrastructure, managementOf, variablesOf } from '../infra/infrastructure.mjs';
import { owned } from '../infra/owned.mjs';
import { begun } from '../infra/packages.mjs';
import { say, step } from '../infra/say.mjs';
import { asked, stopping } from '../infra/stopping.mjs';
import { Demo } from './demo.mjs';
import { HELP, parseOptions } from './options.mjs';
import { needsAll } from './production.mjs';
import { Services } from './services.mjs';
import { BuildWatch } from './watch.mjs';
import { welcome } from './welcome.mjs';

/** @typedef {import('../infra/folder.mjs').Folder} Folder */
/** @typedef {import('./options.mjs').Options} Options */

/** What a process that is started by hand needs as well. */
const SHARED = ['API_KEYS', 'TEST_CLOCK', 'IDENTITY_KEY', 'IDENTITY_PUBLIC_KEYS', 'SANDBOX_LEDGER_FILE'];

/** @param {string[]} args */
export async function runAll(args) {
  const options = parseOptions(args);
  if (options.help) return say(HELP);
  await owned('npm start', (folder) => run(folder, options));
}

/** @param {Folder} folder @param {Options} options */
async function run(folder, options) {
  const given = environment();
  const isProduction = given.NODE_ENV === 'production';
  if (isProduction) needsAll(given);
  const infrastructure = new Infrastructure(folder, given);
  const key = isProduction ? undefined : apiKey(folder).key;
  const env = isProduction ? given : developmentOf(folder, given);
  const services = new Services(folder, options, env);
  const build = new BuildWatch();
  const file = new DevelopmentFile(folder);
  try {
    await services.stopLeftovers();
    await services.checkPort();
    const opened = await infrastructure.open(options);
    Object.assign(env, variablesOf(opened));
    if (options.watch) await step('Watching the sources', () => build.start());
    await services.start(opened.broker.urls);
    const management = managementOf(opened.broker);
    file.write({
      ...allVariablesOf(opened),
      ...(await services.nextPorts()),
      ...Object.fromEntries(SHARED.map((name) => [name, env[name]])),
      WAYBILL_URL: services.url,
      WAYBILL_API_KEY: key,
      RABBITMQ_MANAGEMENT_URL: management?.url,
      RABBITMQ_MANAGEMENT_USER: management?.user,
      RABBITMQ_MANAGEMENT_PASSWORD: management?.password,
    });
    if (options.demo && key) await new Demo(services.url, key).run();
    say(`Up in ${((Date.now() - begun) / 1000).toFixed(1)} s.`);
    if (options.once) return;
    say(key ? welcome({ url: services.url, apiKey: key, management }) : `The API is at ${services.url}.`);
    services.showLogs();
    await asked();
    say(`\nStopping: ${/** @type {Error} */ (stopping.reason).message}`);
  } finally {
    file.remove();
    await build.stop();
    await services.stop();
    await infrastructure.close();
  }
}

/** What is given, and whatever else the processes need, made up. @param {Folder} folder @param {NodeJS.Dict<string>} given */
function developmentOf(folder, given) {
  const { key, entry } = apiKey(folder);
  return {
    NODE_ENV: 'development',
    TEST_CLOCK: 'true',
    HOST: '127.0.0.1',
    DOCS_API_KEY: key,
    SANDBOX_WEBHOOK_SECRETS: `whsec_${randomBytes(32).toString('base64')}`,
    ...sandboxBooks(folder, given),
    ...identity(folder),
    ...given,
    API_KEYS: [entry, given.API_KEYS].filter(Boolean).join(','),
  };
}
