import { pathToFileURL } from 'node:url';
import { SERVICES } from './databases.mjs';
import { inRoot } from './root.mjs';

/**
 * Applies what is missing to each service's database. Needs the build.
 * @param {import('./databases.mjs').DatabaseUrls} urls
 * @returns {Promise<string[]>} what was applied, as service/file
 */
export async function migrateAll(urls) {
  const persistence = pathToFileURL(inRoot('dist/libs/persistence/src/index.js')).href;
  const { migrate, migrationsOf } = await import(persistence);
  const applied = await Promise.all(
    SERVICES.map(async (service) => {
      const names = await migrate(urls[service], await migrationsOf(service));
      return names.map((/** @type {string} */ name) => `${service}/${name}`);
    }),
  );
  return applied.flat();
}
