import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { crash } from '#crash-points';

export interface Migration {
  /** For example 0001_orders.sql; unique over all folders. */
  readonly name: string;
  readonly sql: string;
}

/** Any number, the same in every process: whoever migrates this database holds it. */
const ADVISORY_LOCK = 7_302_001;

/** The library's own migrations, then those of the service. */
export async function migrationsOf(service: string): Promise<Migration[]> {
  const root = projectRoot();
  const folders = [join(root, 'libs/persistence/migrations'), join(root, 'apps', service, 'migrations')];
  const lists = await Promise.all(folders.filter(existsSync).map(readFolder));
  return lists.flat();
}

/**
 * Applies what has not been applied yet, each file in a transaction of its own, one migrator at a time. Returns the
 * names of those applied. Throws when a file that was applied has been changed since: migrations go forward only.
 */
export async function migrate(url: string, migrations: readonly Migration[]): Promise<string[]> {
  const client = new Client({
    connectionString: url,
    application_name: 'waybill-migrate',
    connectionTimeoutMillis: 5_000,
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await client.query(`create table if not exists migrations (
      name text primary key, hash text not null, applied_at timestamptz not null default now())`);
    const { rows } = await client.query<{ name: string; hash: string }>('select name, hash from migrations');
    const applied = new Map(rows.map(({ name, hash }) => [name, hash]));
    const fresh: string[] = [];
    for (const migration of migrations) {
      const known = applied.get(migration.name);
      if (known === undefined) {
        await apply(client, migration);
        crash?.('migrate.committed');
        fresh.push(migration.name);
      } else if (known !== hashOf(migration)) {
        throw new Error(
          `Migration ${migration.name} was changed after it had been applied. Restore the file, and write a new one.`,
        );
      }
    }
    return fresh;
  } finally {
    // Ends the session, and with it the advisory lock.
    await client.end();
  }
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query('insert into migrations (name, hash) values ($1, $2)', [
      migration.name,
      hashOf(migration),
    ]);
    crash?.('migrate.before-commit');
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`Migration ${migration.name} failed: ${(error as Error).message}`, { cause: error });
  }
}

function hashOf({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex');
}

async function readFolder(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(folder, name), 'utf8') })));
}

/** SQL files are not compiled: they are found from the project's root, from sources and from dist alike. */
function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}
