import { buildIfChanged } from './build.mjs';
import { accessFrom, SERVICES, variableOf } from './databases.mjs';
import { developmentEnvironment, environment } from './environment.mjs';
import { Folder } from './folder.mjs';
import { migrateAll } from './migrations.mjs';
import { inRoot } from './root.mjs';
import { note, say, step, Trouble } from './say.mjs';

const HELP = `npm run db:migrate [-- service…]

Applies the migrations that a database lacks: of order, payment and stock unless told. Without a role that serves, services
do the same when they start. With one, it has its rights afterwards, and no others: docs/how-to/database-roles.md

  ORDER_DATABASE_URL, PAYMENT_DATABASE_URL, STOCK_DATABASE_URL
                         of the role that serves. Unless told those of the running npm start or npm run infra
  ORDER_MIGRATION_DATABASE_URL, PAYMENT_…, STOCK_…
                         of the role that owns the database, when that is another one
  --help
Also from .env. Exit code 0: all of them are up to date; 1: one is not; 2: wrong use.`;

/** @param {string[]} args */
export async function migrateDatabases(args) {
  if (args.includes('--help')) return say(HELP);
  const unknown = args.find((arg) => !SERVICES.some((service) => service === arg));
  if (unknown) {
    say(`${unknown} is not a service with a database\n\n${HELP}`);
    process.exitCode = 2;
    return;
  }
  const databases = databasesOf(SERVICES.filter((service) => args.length === 0 || args.includes(service)));
  await step('Services built', () => buildIfChanged());
  const applied = await step('Databases migrated', () => migrateAll(databases));
  note(applied.length > 0 ? applied.join('\n  ') : 'nothing was missing');
  const served = Object.entries(databases).filter(([, { migrationUrl }]) => migrationUrl);
  for (const [service, { url }] of served)
    note(`${service} is served by ${new URL(url).username}, with the rights of its rights.json`);
}

/** Those of the environment, else those of what is running. @param {readonly import('./databases.mjs').ServiceName[]} services */
function databasesOf(services) {
  const given = environment();
  const missing = services.filter((service) => !given[variableOf(service)]);
  // All of one source: the owner of one server and the role of another would not fit together.
  const env = missing.length > 0 ? developmentEnvironment(new Folder(inRoot('.data'))) : given;
  const absent = missing.filter((service) => !env[variableOf(service)]);
  if (absent.length > 0) {
    throw new Trouble(
      `${absent.map(variableOf).join(', ')} not set, and no development databases run`,
      'npm run infra starts them; npm run db:migrate -- order needs that of order only',
    );
  }
  return Object.fromEntries(services.map((service) => [service, accessFrom(env, service)]));
}
