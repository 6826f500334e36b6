import { setTimeout as pause } from 'node:timers/promises';
import { BundlePublisher, EventLogWriter, type Observe, type Publisher } from '#messaging';
import {
  classify,
  Database,
  DatabaseBehind,
  forgetDeliveries,
  migrate,
  migrationsOf,
  OutboxRelay,
  oldestUnsentSeconds,
} from '#persistence';
import { type DatabaseConfig } from './config.js';
import { type Logger } from './logger.js';
import { type Shutdown } from './shutdown.js';
import { WATCH_MS, type Workers } from './worker.js';

interface Context {
  readonly name: string;
  readonly config: DatabaseConfig;
  readonly logger: Logger;
  readonly observe: Observe;
  readonly shutdown: Shutdown;
  readonly workers: Workers;
}

const RETRY_MS = 500;
/** Between two rounds of deleting what the inbox has kept long enough. */
const INBOX_MS = 600_000;
const FLUSH_MS = 5_000;

/** Waits for the database, brings its tables up to date if its role may, and opens the pool. */
export async function openDatabase({ name, config, logger, shutdown, workers }: Context): Promise<Database> {
  const { databaseUrl: url, databaseConnections: max, startTimeoutSeconds, testClock: movableClock } = config;
  const migrations = await migrationsOf(name);
  const patienceMs = startTimeoutSeconds * 1_000;
  const tell = (words: string): void => logger.warn({}, words);
  const patience = { patienceMs, url, logger };
  const applied = await patiently(() => migrate(url, migrations, { patienceMs, tell }), patience);
  if (applied.length > 0) logger.info({ applied }, 'migrations applied');
  const database = new Database({ url, applicationName: `waybill-${name}`, max, movableClock });
  await patiently(() => database.ping(), patience);
  shutdown.on('close', 'database', () => database.close());
  workers.every({ name: 'inbox', intervalMs: INBOX_MS }, () => forgetDeliveries(database));
  return database;
}

export function relayThrough(
  publisher: Publisher,
  { database, logger, observe, shutdown, workers }: Omit<Context, 'config'> & { readonly database: Database },
): OutboxRelay {
  const log = new EventLogWriter(publisher);
  const bundles = new BundlePublisher(publisher);
  const relay = new OutboxRelay({
    database,
    publish: (row) => bundles.publish(row).then(() => log.add(row)),
    onFailure({ id, type }, error) {
      observe('waybill_outbox_failures_total', { type });
      logger.warn(
        { err: error, outboxId: id, type },
        'not published: it stays in the outbox and is tried again',
      );
    },
  });
  shutdown.on('flush', 'outbox', () => relay.stop(FLUSH_MS));
  workers.every({ name: 'outbox age', intervalMs: WATCH_MS }, async () =>
    observe('waybill_outbox_oldest_seconds', {}, await oldestUnsentSeconds(database)),
  );
  return relay;
}

async function patiently<T>(
  work: () => Promise<T>,
  { patienceMs, url, logger }: { readonly patienceMs: number; readonly url: string; readonly logger: Logger },
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (let told = false; ; ) {
    try {
      return await work();
    } catch (error) {
      const words = explain(error, url);
      const mayPass = classify(error) === 'transient' || error instanceof DatabaseBehind;
      if (!mayPass || Date.now() > deadline) throw new Error(words, { cause: error });
      if (!told) logger.warn({ patienceMs }, `${words} Trying again.`);
      told = true;
      await pause(RETRY_MS);
    }
  }
}

/** Cause and remedy, without the password. SQLSTATEs 28*: who are you; 3D000: no such database. */
function explain(error: unknown, url: string): string {
  const { host, username, pathname } = new URL(url);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const text = error instanceof Error ? error.message : String(error);
  const at = `PostgreSQL at ${host}`;
  if (error instanceof DatabaseBehind)
    return `The database "${pathname.slice(1)}" at ${host} is behind (${text}): npm run db:migrate, as its owner, brings it up to date. See docs/how-to/database-roles.md.`;
  if (code.startsWith('28'))
    return `${at} refuses the role "${username}": check role and password in the *_DATABASE_URL.`;
  if (code === '3D000')
    return `${at} has no database "${pathname.slice(1)}": create it, or check the *_DATABASE_URL.`;
  if (code === 'ENOTFOUND') return `${at} has no address: check the host in the *_DATABASE_URL.`;
  return `${at} can't be used (${text}): check the *_DATABASE_URL, and that the database runs.`;
}
