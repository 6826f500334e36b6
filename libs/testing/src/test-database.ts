import { createHash, randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { Database, migrate, migrationsOf } from '#persistence';

export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  /** Closes `database` too. */
  readonly drop: () => Promise<void>;
}

/** A database of its own, cloned from a template that has the service's migrations applied. */
export async function testDatabase(service = 'none'): Promise<TestDatabase> {
  const server = process.env.WAYBILL_TEST_POSTGRES_URL;
  if (!server) throw new Error('WAYBILL_TEST_POSTGRES_URL is not set: run the tests with "npm test"');
  const template = await templateFor(service, server);
  const name = `waybill_test_${randomBytes(6).toString('hex')}`;
  await admin(server, (client) => client.query(`create database ${name} template ${template}`));
  const url = withName(server, name);
  const database = new Database({ url, applicationName: 'test' });
  return {
    url,
    database,
    async drop() {
      await database.close();
      await admin(server, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/** Made once per content of the migrations; an advisory lock keeps two test files from making it twice. */
async function templateFor(service: string, server: string): Promise<string> {
  const migrations = await migrationsOf(service);
  const hash = createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 12);
  const name = `waybill_template_${service}_${hash}`;
  await admin(server, async (client) => {
    await client.query('select pg_advisory_lock(7302002)');
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount) return;
    const draft = `${name}_draft`;
    await client.query(`drop database if exists ${draft} with (force)`);
    await client.query(`create database ${draft}`);
    await migrate(withName(server, draft), migrations);
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

function withName(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
