import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { Database, migrate, migrationsOf, rightsOf } from '#persistence';

/** For processes that open connections of their own. */
export interface OwnDatabase {
  /** Of its owner. */
  readonly url: string;
  /** Of the role that serves: it has the rights of the service's `rights.json`, and no others. */
  readonly servingUrl: string;
  readonly drop: () => Promise<void>;
}

/** `drop` closes `database` too. */
export interface TestDatabase extends OwnDatabase {
  readonly database: Database;
}

/** One for all test databases: rights belong to the database. */
const SERVING = 'wb_test_serving';

/** One of `ownDatabase`, and a pool of connections to it that are open. */
export async function testDatabase(service = 'none'): Promise<TestDatabase> {
  return connected(await ownDatabase(service));
}

/** A database of its own, cloned from a template that has the service's migrations applied. */
export async function ownDatabase(service: string): Promise<OwnDatabase> {
  const server = serverUrl();
  const template = await templateFor(service, server);
  return created(server, (name) => `create database ${name} template ${template}`);
}

/** One without any table. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const server = serverUrl();
  await admin(server, (client) => openRole(client, server));
  return connected(await created(server, (name) => `create database ${name}`));
}

async function connected(own: OwnDatabase): Promise<TestDatabase> {
  const database = new Database({ url: own.url, applicationName: 'test' });
  await warm(database);
  return {
    ...own,
    database,
    async drop() {
      await database.close();
      await own.drop();
    },
  };
}

function serverUrl(): string {
  const server = process.env.WAYBILL_TEST_POSTGRES_URL;
  if (!server) throw new Error('WAYBILL_TEST_POSTGRES_URL is not set: run the tests with "npm test"');
  return server;
}

async function created(server: string, statement: (name: string) => string): Promise<OwnDatabase> {
  const name = `waybill_test_${randomBytes(6).toString('hex')}`;
  await admin(server, (client) => client.query(statement(name)));
  const url = withName(server, name);
  return {
    url,
    servingUrl: servingUrlOf(url),
    drop: () => admin(server, (client) => client.query(`drop database if exists ${name} with (force)`)),
  };
}

/**
 * Opens the connections of a pool before a test needs them all at once: who waits for one gives up after half a second, and a
 * machine that is busy may need that long.
 */
export async function warm(database: Pick<Database, 'query'>, connections = 10): Promise<void> {
  for (let tries = 1; ; tries++) {
    const all = Array.from({ length: connections }, () => database.query('select pg_sleep(0.02)'));
    const failed = (await Promise.allSettled(all)).find((one) => one.status === 'rejected');
    if (!failed) return;
    if (tries === 20) throw failed.reason;
  }
}

/** Under a lock: two that ask at once would both make it. */
async function openRole(client: Client, server: string): Promise<void> {
  await client.query('select pg_advisory_lock(7302002)');
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [SERVING]);
  if (rowCount) return;
  await client.query(`create role ${SERVING} login password '${new URL(servingUrlOf(server)).password}'`);
}

/** Made once per content of the migrations; an advisory lock keeps two test files from making it twice. */
async function templateFor(service: string, server: string): Promise<string> {
  const migrations = await migrationsOf(service);
  const rights = await rightsOf(service);
  const content = JSON.stringify([migrations, [...rights]]);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const name = `waybill_template_${service}_${hash}`;
  await admin(server, async (client) => {
    await openRole(client, server);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount) return;
    const draft = `${name}_draft`;
    await client.query(`drop database if exists ${draft} with (force)`);
    await client.query(`create database ${draft}`);
    await migrate(withName(server, draft), migrations, { serving: { role: SERVING, rights } });
    await client.query(`alter database ${draft} rename to ${name}`);
  });
  return name;
}

async function admin(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function servingUrlOf(url: string): string {
  const changed = new URL(url);
  changed.password = createHmac('sha256', changed.password).update(SERVING).digest('base64url');
  changed.username = SERVING;
  return changed.href;
}

function withName(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
