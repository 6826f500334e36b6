import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot } from '../../tools/infra/root.mjs';
import { Trouble } from '../../tools/infra/say.mjs';

const MOST_BYTES = 256 * 1024 * 1024;
const BUILD_MS = 300_000;

/** @typedef {{ folder: string, revision: string, title: string, remove: () => void }} Checkout */

/**
 * The files of a revision in a folder of their own, built. It shares our packages when its lockfile is ours.
 * @param {string} rev @returns {Checkout}
 */
export function checkOut(rev) {
  const revision = git(
    ['rev-parse', '--verify', '--quiet', `${rev}^{commit}`],
    `there is no revision ${rev}`,
  ).trim();
  const title = git(['log', '-1', '--format=%h of %cs, "%s"', revision]).trim();
  const folder = mkdtempSync(join(tmpdir(), 'waybill-compat-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const archive = git(['archive', '--format=tar', revision], undefined, 'buffer');
    run('tar', ['-x', '-C', folder], { input: archive });
    if (lockOf(folder) === lockOf(inRoot()))
      symlinkSync(inRoot('node_modules'), join(folder, 'node_modules'));
    else run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
    run(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build'], { cwd: folder });
    return { folder, revision, title, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** @param {string} folder */
const lockOf = (folder) => readFileSync(join(folder, 'package-lock.json'), 'utf8');

/**
 * @template {'utf8' | 'buffer'} E
 * @param {string[]} args @param {string} [otherwise] @param {E} [encoding]
 * @returns {E extends 'buffer' ? Buffer : string}
 */
export function git(args, otherwise, encoding) {
  return /** @type {any} */ (run('git', args, { cwd: inRoot(), encoding: encoding ?? 'utf8' }, otherwise));
}

/** @param {string} command @param {string[]} args @param {object} options @param {string} [otherwise] what to say when it fails */
function run(command, args, options, otherwise) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    maxBuffer: MOST_BYTES,
    timeout: BUILD_MS,
    ...options,
  });
  if (status === 0) return stdout;
  throw new Trouble(
    otherwise ?? `${command} ${args[0]} failed: ${error?.message ?? String(stderr)}`,
    undefined,
    error,
  );
}
