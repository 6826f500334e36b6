import { type DatabaseAccess, migrateService } from '#persistence';
import { loadConfig } from '#service';
import { MigratorConfig } from './config.js';

/** Migrates and ends: exit code 0 when every database that it was told of is up to date. What it does is one line each. */
const say = (words: string): void => void process.stdout.write(`${words}\n`);

try {
  const access = databases();
  if (access.length === 0) throw new Error('it is told of no database: set ORDER_DATABASE_URL, …');
  for (const [service, database] of access) {
    const applied = await migrateService(service, database, say);
    say(`${service}: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'is up to date'}`);
  }
} catch (error) {
  process.stderr.write(`The migrator has failed. ${(error as Error).message}\n`);
  process.exitCode = 1;
}

function databases(): (readonly [service: string, DatabaseAccess])[] {
  const config = loadConfig(MigratorConfig);
  const entries = [
    ['order', config.orderDatabaseUrl, config.orderMigrationDatabaseUrl],
    ['payment', config.paymentDatabaseUrl, config.paymentMigrationDatabaseUrl],
    ['stock', config.stockDatabaseUrl, config.stockMigrationDatabaseUrl],
  ] as const;
  return entries.flatMap(([service, url, migrationUrl]) => (url ? [[service, { url, migrationUrl }]] : []));
}
