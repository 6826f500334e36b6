import { pathToFileURL } from 'node:url';
import { inRoot } from './root.mjs';
import { Trouble, warn } from './say.mjs';

/**
 * Applies what is missing to the database of each service that is given. Needs the build.
 * @param {Partial<import('./databases.mjs').Databases>} databases
 * @returns {Promise<string[]>} what was applied, as service/file
 */
export async function migrateAll(databases) {
  const persistence = pathToFileURL(inRoot('dist/libs/persistence/src/index.js')).href;
  const { migrateService } = await import(persistence);
  const applied = await Promise.all(
    Object.entries(databases).map(async ([service, access]) => {
      /** @type {string[]} */
      const names = await migrateService(service, access, warn).catch((/** @type {Error} */ error) => {
        throw new Trouble(`${service}: ${error.message}`, 'docs/how-to/database-roles.md', error);
      });
      return names.map((name) => `${service}/${name}`);
    }),
  );
  return applied.flat();
}
