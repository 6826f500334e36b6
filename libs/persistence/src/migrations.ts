import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface Migration {
  /** For example 0001_orders.sql; unique over all folders. */
  readonly name: string;
  readonly sql: string;
}

/** What the role that serves may do with each table, view, sequence and function; with others nothing. */
export type Rights = ReadonlyMap<string, readonly string[]>;

/** The library's own migrations, then those of the service. */
export async function migrationsOf(service: string): Promise<Migration[]> {
  const lists = await Promise.all(foldersOf(service).map(readMigrations));
  return lists.flat();
}

/** From `rights.json` beside the migrations: names of functions end with (). */
export async function rightsOf(service: string): Promise<Rights> {
  const lists = await Promise.all(foldersOf(service).map(readRights));
  return new Map(lists.flat());
}

export function hashOf({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex');
}

function foldersOf(service: string): string[] {
  const root = projectRoot();
  const folders = [join(root, 'libs/persistence/migrations'), join(root, 'apps', service, 'migrations')];
  return folders.filter(existsSync);
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(folder, name), 'utf8') })));
}

async function readRights(folder: string): Promise<[string, string[]][]> {
  const text = await readFile(join(folder, 'rights.json'), 'utf8');
  const entries = Object.entries(JSON.parse(text) as Record<string, string>);
  return entries.map(([object, words]) => [object, words.split(' ')]);
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
