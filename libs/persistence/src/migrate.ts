import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { crash } from '#crash-points';
import { hashOf, type Migration } from './migrations.js';
import { keepRights, type Serving } from './rights.js';

export interface MigrateOptions {
  /** Who serves, when that is not who migrates: has its rights when this is done. */
  readonly serving?: Serving;
  /** How long to try for locks that somebody else holds. */
  readonly patienceMs?: number;
  /** Called, in words, when something has to be waited for. */
  readonly tell?: (words: string) => void;
}

/** Migrations are missing that this role may not apply: somebody else has to, first. */
export class DatabaseBehind extends Error {
  override readonly name = 'DatabaseBehind';
}

/** Any number, the same in every process: whoever migrates this database holds it. */
const ADVISORY_LOCK = 7_302_001;
/**
 * Whoever waits for the lock of a table makes everybody wait who comes after, readers too. Services wait 1000 ms for a
 * lock, so a migration gives up long before that, lets them pass, and tries again.
 */
const LOCK_MS = 300;
const RETRY_MS = 700;
const POLL_MS = 100;
const PATIENCE_MS = 60_000;
/** For statements that must not be in a transaction: `create index concurrently`, which blocks nobody. */
const ALONE = /^-- no transaction\b/;

/**
 * Applies what has not been applied yet, each file in a transaction of its own, one migrator at a time. Returns the
 * names of those applied. Throws when a file that was applied has been changed since: migrations go forward only. What a
 * newer version has applied is left alone, and so are the rights that it has given.
 */
export async function migrate(
  url: string,
  migrations: readonly Migration[],
  options: MigrateOptions = {},
): Promise<string[]> {
  const client = new Client({
    connectionString: url,
    application_name: 'waybill-migrate',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // Whoever asks is told; the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const run = new Run(client, options);
    const missing = await run.missing(migrations);
    if (missing.length === 0 && !options.serving) return [];
    await run.takeTurn();
    return await run.apply(migrations);
  } finally {
    // Ends the session, and with it the advisory lock.
    await client.end();
  }
}

class Run {
  private readonly deadline: number;

  constructor(
    private readonly client: Client,
    private readonly options: MigrateOptions,
  ) {
    this.deadline = Date.now() + (options.patienceMs ?? PATIENCE_MS);
  }

  /** In their order. */
  async missing(migrations: readonly Migration[]): Promise<Migration[]> {
    const applied = await this.applied();
    for (const migration of migrations) {
      const hash = applied.get(migration.name);
      if (hash !== undefined && hash !== hashOf(migration)) {
        throw new Error(
          `Migration ${migration.name} was changed after it had been applied. Restore the file, and write a new one.`,
        );
      }
    }
    const missing = migrations.filter(({ name }) => !applied.has(name));
    if (missing.length > 0 && !(await this.mayCreate())) {
      const words = `${missing.length} migrations are missing, ${missing[0]?.name} first`;
      throw new DatabaseBehind(`${words}, and this role may not apply them`);
    }
    return missing;
  }

  /** Polls: a waiting statement would be one that `create index concurrently` waits for in turn. */
  async takeTurn(): Promise<void> {
    for (let told = false; ; told = true) {
      const { rows } = await this.client.query('select pg_try_advisory_lock($1) as held', [ADVISORY_LOCK]);
      if (rows[0].held) break;
      if (Date.now() > this.deadline) throw new Error('another process has not done migrating in time');
      if (!told) this.options.tell?.('another process is migrating: waiting for it');
      await pause(POLL_MS);
    }
    await this.client.query(`create table if not exists migrations (
      name text primary key, hash text not null, applied_at timestamptz not null default now())`);
  }

  async apply(migrations: readonly Migration[]): Promise<string[]> {
    const missing = await this.missing(migrations);
    const isAhead = [...(await this.applied()).keys()].some((known) =>
      migrations.every(({ name }) => name !== known),
    );
    const serving = isAhead ? undefined : this.options.serving;
    for (const migration of missing) await this.patiently(migration, serving);
    if (serving) await this.inTransaction(() => this.keep(serving));
    return missing.map(({ name }) => name);
  }

  private async keep(serving: Serving): Promise<void> {
    const beyond = await keepRights(this.client, serving);
    if (beyond) this.options.tell?.(beyond);
  }

  private async patiently(migration: Migration, serving: Serving | undefined): Promise<void> {
    for (;;) {
      try {
        return await this.applyOne(migration, serving);
      } catch (error) {
        const { code, message } = error as Error & { readonly code?: string };
        const isHeld = code === '55P03' || code === '40P01';
        if (!isHeld || Date.now() > this.deadline) {
          const remedy = isHeld ? ' See in pg_stat_activity who holds it, and try again.' : '';
          throw new Error(`Migration ${migration.name} failed: ${message}.${remedy}`, { cause: error });
        }
        this.options.tell?.(`${migration.name} could not get its lock: others first, then it tries again`);
        await pause(RETRY_MS);
      }
    }
  }

  private async applyOne(migration: Migration, serving: Serving | undefined): Promise<void> {
    const note = () =>
      this.client.query('insert into migrations (name, hash) values ($1, $2)', [
        migration.name,
        hashOf(migration),
      ]);
    if (ALONE.test(migration.sql)) {
      await this.client.query(`set lock_timeout = ${Math.max(1, this.deadline - Date.now())}`);
      for (const statement of migration.sql.split(/;\s*$/m)) await this.client.query(statement);
      await note();
      return;
    }
    await this.inTransaction(async () => {
      await this.client.query(migration.sql);
      // With the table, so that no moment has one without the other.
      if (serving) await keepRights(this.client, serving);
      await note();
      crash?.('migrate.before-commit');
    });
    crash?.('migrate.committed');
  }

  private async inTransaction(work: () => Promise<unknown>): Promise<void> {
    await this.client.query(`begin; set local lock_timeout = ${LOCK_MS}`);
    try {
      await work();
      await this.client.query('commit');
    } catch (error) {
      await this.client.query('rollback');
      throw error;
    }
  }

  private async applied(): Promise<Map<string, string>> {
    try {
      const { rows } = await this.client.query<{ name: string; hash: string }>(
        `select name, hash from migrations`,
      );
      return new Map(rows.map(({ name, hash }) => [name, hash]));
    } catch (error) {
      const { code } = error as { readonly code?: string };
      if (code === '42P01') return new Map();
      if (code === '42501') throw new DatabaseBehind('this role has no rights in it yet', { cause: error });
      throw error;
    }
  }

  private async mayCreate(): Promise<boolean> {
    const { rows } = await this.client.query(
      `select coalesce(has_schema_privilege(current_schema(), 'create'), false) as may`,
    );
    return rows[0].may;
  }
}
