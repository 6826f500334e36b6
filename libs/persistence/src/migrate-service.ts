import { migrate } from './migrate.js';
import { migrationsOf, rightsOf } from './migrations.js';

export interface DatabaseAccess {
  /** Of the role that serves. */
  readonly url: string;
  /** Of the role that owns the database, when that is another one. */
  readonly migrationUrl?: string | undefined;
}

/**
 * Applies what is missing in a service's database; where one role serves and another owns, the one that serves has its
 * rights afterwards, and no others. Returns the names of the migrations applied.
 */
export async function migrateService(
  service: string,
  { url, migrationUrl = url }: DatabaseAccess,
  tell?: (words: string) => void,
): Promise<string[]> {
  const role = roleOf(url);
  const serving = role === roleOf(migrationUrl) ? undefined : { role, rights: await rightsOf(service) };
  return migrate(migrationUrl, await migrationsOf(service), {
    ...(serving && { serving }),
    ...(tell && { tell: (words) => tell(`${service}: ${words}`) }),
  });
}

const roleOf = (url: string): string => decodeURIComponent(new URL(url).username);
