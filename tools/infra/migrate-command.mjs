import { buildIfChanged } from './build.mjs';
import { SERVICES } from './databases.mjs';
import { developmentEnvironment, environment } from './environment.mjs';
import { Folder } from './folder.mjs';
import { migrateAll } from './migrations.mjs';
import { inRoot } from './root.mjs';
import { note, step, Trouble } from './say.mjs';

/** The databases of the environment, else those of the npm start or npm run infra that is running. */
export async function migrateDatabases() {
  const env = { ...developmentEnvironment(new Folder(inRoot('.data'))), ...environment() };
  const entries = SERVICES.map((service) => [service, env[`${service.toUpperCase()}_DATABASE_URL`]]);
  const missing = entries
    .filter(([, url]) => !url)
    .map(([service]) => `${service?.toUpperCase()}_DATABASE_URL`);
  if (missing.length > 0) {
    throw new Trouble(
      `${missing.join(', ')} not set, and no development databases run`,
      'npm run infra starts them',
    );
  }
  await step('Services built', () => buildIfChanged());
  const urls = /** @type {import('./databases.mjs').DatabaseUrls} */ (Object.fromEntries(entries));
  const applied = await step('Databases migrated', () => migrateAll(urls));
  note(applied.length > 0 ? applied.join('\n  ') : 'nothing was missing');
}
