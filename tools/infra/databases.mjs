import { createHmac } from 'node:crypto';
import pg from 'pg';
import { shown, Trouble } from './say.mjs';

/** @typedef {'order' | 'payment' | 'stock'} ServiceName */
/** @typedef {Record<ServiceName, string>} DatabaseUrls */

/** @type {readonly ServiceName[]} */
export const SERVICES = ['order', 'payment', 'stock'];
const CONNECT_MS = 4_000;

/**
 * One database and one role per service, made where they are missing. A role can enter its own database only.
 * @param {string} serverUrl of a role that may create both
 * @returns {Promise<DatabaseUrls>}
 */
export async function openDatabases(serverUrl) {
  const client = await connected('DATABASE_URL', serverUrl);
  try {
    /** @type {Partial<DatabaseUrls>} */
    const urls = {};
    for (const service of SERVICES) urls[service] = await openDatabase(client, service, serverUrl);
    return /** @type {DatabaseUrls} */ (urls);
  } catch (error) {
    if (/** @type {any} */ (error).code !== '42501') throw error;
    const words = `the role of DATABASE_URL may not create databases and roles: ${/** @type {Error} */ (error).message}`;
    throw new Trouble(
      words,
      'alter role <name> createdb createrole; or give ORDER_, PAYMENT_ and STOCK_DATABASE_URL',
    );
  } finally {
    await client.end();
  }
}

/** @param {pg.Client} client @param {ServiceName} service @param {string} serverUrl */
async function openDatabase(client, service, serverUrl) {
  const name = `waybill_${service}`;
  const password = passwordOf(name, serverUrl);
  const role = await client.query('select 1 from pg_roles where rolname = $1', [name]);
  await client.query(`${role.rowCount ? 'alter' : 'create'} role ${name} login password '${password}'`);
  const database = await client.query('select 1 from pg_database where datname = $1', [name]);
  if (!database.rowCount) {
    // Who gives a database to a role must be a member of it, if not a superuser.
    await client.query(`grant ${name} to current_user`);
    await client.query(`create database ${name} owner ${name}`);
    await client.query(`revoke all on database ${name} from public`);
    await client.query(`revoke ${name} from current_user`);
  }
  const url = new URL(serverUrl);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  return url.href;
}

/**
 * On a server that is ours alone, the other databases are closed to the roles of the services too.
 * @param {string} serverUrl
 */
export async function closeOtherDatabases(serverUrl) {
  const client = await connected('DATABASE_URL', serverUrl);
  await client.query('revoke all on database postgres, template1 from public');
  await client.end();
}

/** That of a variable can be used, or why not. @param {string} variable @param {string} url */
export async function checkDatabase(variable, url) {
  await (await connected(variable, url)).end();
}

/** Follows from that of the server, so that no second secret must be kept. @param {string} role @param {string} serverUrl */
const passwordOf = (role, serverUrl) =>
  createHmac('sha256', decodeURIComponent(new URL(serverUrl).password))
    .update(role)
    .digest('base64url');

/** @param {string} variable @param {string} url */
async function connected(variable, url) {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new Trouble(
      `${variable} is not the URL of a database`,
      'for example postgres://user:password@localhost:5432/postgres',
    );
  }
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    const { code, message } = /** @type {Error & { code?: string }} */ (error);
    throw new Trouble(
      `the database of ${variable} (${shown(url)}) can't be used: ${message || code}`,
      remedy(code),
      error,
    );
  }
}

/** @param {string} [code] */
function remedy(code) {
  if (code === '28P01' || code === '28000') return 'user or password are wrong';
  if (code === '3D000') return 'create the database first';
  if (code === 'ECONNREFUSED')
    return 'nothing listens there: start PostgreSQL, or leave the variable out to get a private one';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name of the host is unknown';
  return 'check host, port and firewall, or leave the variable out to get a private server';
}
