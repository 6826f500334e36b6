import { createHmac } from 'node:crypto';
import pg from 'pg';
import { shown, Trouble } from './say.mjs';

/** @typedef {'order' | 'payment' | 'stock'} ServiceName */
/**
 * The URL of the role that serves, and that of the role that owns the database, when that is another one.
 * @typedef {{ url: string, migrationUrl?: string | undefined }} Access
 * @typedef {Record<ServiceName, Access>} Databases
 */

/** @type {readonly ServiceName[]} */
export const SERVICES = ['order', 'payment', 'stock'];
const CONNECT_MS = 4_000;

/** @param {string} service */
export const variableOf = (service) => `${service.toUpperCase()}_DATABASE_URL`;
/** @param {string} service */
export const migrationVariableOf = (service) => `${service.toUpperCase()}_MIGRATION_DATABASE_URL`;

/** Of a service whose URL is given. @param {NodeJS.Dict<string>} env @param {ServiceName} service @returns {Access} */
export const accessFrom = (env, service) => ({
  url: env[variableOf(service)] ?? '',
  migrationUrl: env[migrationVariableOf(service)] || undefined,
});

/**
 * One database and two roles per service, made where they are missing: one owns the database, the other serves and gets
 * its rights when the database is migrated. Neither can enter another database.
 * @param {string} serverUrl of a role that may create databases and roles
 * @returns {Promise<Databases>}
 */
export async function openDatabases(serverUrl) {
  const client = await connected('DATABASE_URL', serverUrl);
  try {
    /** @type {Partial<Databases>} */
    const databases = {};
    for (const service of SERVICES) databases[service] = await openDatabase(client, service, serverUrl);
    return /** @type {Databases} */ (databases);
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

/** @param {pg.Client} client @param {ServiceName} service @param {string} serverUrl @returns {Promise<Access>} */
async function openDatabase(client, service, serverUrl) {
  const name = `waybill_${service}`;
  const owner = await openRole(client, name, serverUrl);
  const serving = await openRole(client, `${name}_service`, serverUrl);
  const database = await client.query('select 1 from pg_database where datname = $1', [name]);
  if (!database.rowCount) {
    // Who gives a database to a role must be a member of it, if not a superuser.
    await client.query(`grant ${name} to current_user`);
    await client.query(`create database ${name} owner ${name}`);
    await client.query(`revoke all on database ${name} from public`);
    await client.query(`revoke ${name} from current_user`);
  }
  const urlOf = (/** @type {{ role: string, password: string }} */ { role, password }) => {
    const url = new URL(serverUrl);
    return Object.assign(url, { username: role, password, pathname: `/${name}` }).href;
  };
  return { url: urlOf(serving), migrationUrl: urlOf(owner) };
}

/** @param {pg.Client} client @param {string} role @param {string} serverUrl */
async function openRole(client, role, serverUrl) {
  const password = passwordOf(role, serverUrl);
  const known = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  await client.query(`${known.rowCount ? 'alter' : 'create'} role ${role} login password '${password}'`);
  return { role, password };
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
