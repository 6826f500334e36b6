import { parseArgs } from 'node:util';
import pg from 'pg';
import { buildIfChanged } from '../infra/build.mjs';
import { SERVICES } from '../infra/databases.mjs';
import { developmentEnvironment, environment } from '../infra/environment.mjs';
import { Folder } from '../infra/folder.mjs';
import { inRoot } from '../infra/root.mjs';
import { say, shown, step, Trouble, warn } from '../infra/say.mjs';
import { loadInvariants } from './invariants.mjs';
import { untilQuiet } from './quiet.mjs';

/** @typedef {import('./invariants.mjs').Service} Service */
/** @typedef {import('./invariants.mjs').Invariant} Invariant */
/** @typedef {{ service: Service | 'all', id: string, name: string, rows: number, example: unknown }} Violation */

const HELP = `npm run verify -- [options]

Reads the databases of a running system and checks what must hold: every level is the sum of its movements, nothing
is oversold, every journal balances, no money without its order … Changes nothing.

  --wait <seconds>  how long to wait until nothing is under way (60): what no service can see alone holds only then
  --always          only what holds at every moment, also under load
  --json            what was found as JSON, one a line
  --help

  ORDER_DATABASE_URL, PAYMENT_DATABASE_URL, STOCK_DATABASE_URL: whose, if not those of the running npm start

Exit code: 0 all of it holds, 1 something is broken, 2 it could not be found out. What the payment provider says is
compared by npm run reconcile.`;

const CONNECT_MS = 5_000;
/** Reports read whole tables. */
const STATEMENT_MS = 300_000;

/** @param {string[]} args */
export async function verify(args) {
  // As long as nothing has been found out.
  process.exitCode = 2;
  const { values: options } = parseArgs({
    args,
    options: {
      wait: { type: 'string', default: '60' },
      always: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (options.help) {
    process.exitCode = 0;
    return console.log(HELP);
  }
  const waitMs = Number(options.wait) * 1_000;
  if (!(waitMs >= 0))
    throw new Trouble(`--wait ${options.wait} is no number of seconds`, 'npm run verify -- --help');
  const urls = databaseUrls();
  const pools = poolsOf(urls);
  try {
    await buildIfChanged();
    for (const service of SERVICES) await expectAnswer(service, urls[service], pools[service]);
    process.exitCode = await check(pools, { waitMs, always: options.always, json: options.json });
  } finally {
    await Promise.all(Object.values(pools).map((pool) => pool.end()));
  }
}

/**
 * @param {Record<Service, pg.Pool>} pools @param {{ waitMs: number, always: boolean, json: boolean }} options
 * @returns {Promise<number>} the exit code
 */
async function check(pools, { waitMs, always, json }) {
  const { own, underWay, crossServiceViolations } = await loadInvariants();
  const left = always ? [] : await untilQuiet(underWay, pools, waitMs);
  const atRest = !always && left.length === 0;
  /** @type {Violation[]} */
  const found = [];
  for (const service of SERVICES) {
    const list = own[service].filter(({ id }) => atRest || id.startsWith('A'));
    found.push(
      ...(await step(`${service}: ${list.length} invariants`, () => broken(pools[service], service, list))),
    );
  }
  if (atRest) found.push(...(await step('across the services', () => across(pools, crossServiceViolations))));
  for (const violation of json ? found : []) console.log(JSON.stringify(violation));
  for (const { service, id, name, rows, example } of json ? [] : found.slice(0, 50)) {
    say(
      `✗ ${service} ${id} ${name}: ${rows} ${rows === 1 ? 'row' : 'rows'}, such as ${JSON.stringify(example)}`,
    );
  }
  if (found.length > 0) return 1;
  if (left.length === 0) return 0;
  warn(
    `Not at rest: ${left.join(', ')}. Only what holds at every moment was checked; see --wait and --always.`,
  );
  return 2;
}

/**
 * All of a service at one moment. @param {pg.Pool} pool @param {Service} service @param {readonly Invariant[]} invariants
 * @returns {Promise<Violation[]>}
 */
async function broken(pool, service, invariants) {
  const client = await pool.connect();
  try {
    await client.query('begin transaction isolation level repeatable read, read only');
    const found = [];
    for (const { id, name, sql } of invariants) {
      const { rows } = await client.query(sql);
      if (rows.length > 0) found.push({ service, id, name, rows: rows.length, example: rows[0] });
    }
    await client.query('commit');
    return found;
  } finally {
    client.release();
  }
}

/**
 * @param {Record<Service, pg.Pool>} pools
 * @param {import('./invariants.mjs').Invariants['crossServiceViolations']} violations @returns {Promise<Violation[]>}
 */
async function across(pools, violations) {
  const words = await violations(pools);
  return words.map((name) => ({
    service: 'all',
    id: name.slice(0, 2),
    name: name.slice(3),
    rows: 1,
    example: null,
  }));
}

/** @returns {Record<Service, string>} */
function databaseUrls() {
  const variables = { ...developmentEnvironment(new Folder(inRoot('.data'))), ...environment() };
  const pairs = SERVICES.map((service) => {
    const name = `${service.toUpperCase()}_DATABASE_URL`;
    const url = variables[name];
    if (!url)
      throw new Trouble(
        `${name} is not set, and no development database runs`,
        'npm start, or npm run infra',
      );
    return [service, url];
  });
  return Object.fromEntries(pairs);
}

/** @param {Service} service @param {string} url @param {pg.Pool} pool */
async function expectAnswer(service, url, pool) {
  try {
    await pool.query('select 1');
  } catch (error) {
    throw new Trouble(
      `the database of ${service}, ${shown(url)}, does not let us in: ${/** @type {Error} */ (error).message}`,
      `see that it runs, and that ${service.toUpperCase()}_DATABASE_URL is right`,
      error,
    );
  }
}

/** @param {Record<Service, string>} urls */
function poolsOf(urls) {
  const pools = SERVICES.map((service) => {
    const pool = new pg.Pool({
      connectionString: urls[service],
      application_name: 'waybill-verify',
      max: 2,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
    });
    pool.on('error', (error) => warn(`${shown(urls[service])}: ${error.message}`));
    return [service, pool];
  });
  return /** @type {Record<Service, pg.Pool>} */ (Object.fromEntries(pools));
}
