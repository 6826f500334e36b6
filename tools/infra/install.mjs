import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { note, Trouble } from './say.mjs';

/** @typedef {{ title: string, name: string, ways: string }} Package its name for people, its name for package managers, and what else would do */

/** @param {string} command @param {readonly string[]} args */
const works = (command, args) => spawnSync(command, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;

/** With the system's package manager, after saying so. Throws when there is no way that needs no question. @param {Package} wanted */
export function install({ title, name, ways }) {
  const commands = commandsFor(name);
  if (!commands) throw new Trouble(ways);
  for (const [command, ...args] of commands) {
    note(`${title} is not installed here, so: ${command} ${args.join(' ')}`);
    const { status, stderr, stdout } = spawnSync(/** @type {string} */ (command), args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 600_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) throw new Trouble(`${command} failed:\n${`${stdout}${stderr}`.slice(-2_000)}`, ways);
  }
}

/** @param {string} name */
export const canInstall = (name) => commandsFor(name) !== undefined;

/** @param {string} name @returns {string[][] | undefined} */
function commandsFor(name) {
  if (process.platform === 'darwin' && works('brew', ['--version'])) return [['brew', 'install', name]];
  const sudo = privileges();
  if (!sudo || !existsSync('/usr/bin/apt-get')) return undefined;
  const command = ['apt-get', 'install', '--yes', '--no-install-recommends'];
  return [
    [...sudo, 'apt-get', 'update'],
    [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', ...command, name],
  ];
}

/** What to put before a command that only root may run; undefined when it would ask for a password. */
function privileges() {
  if (process.getuid?.() === 0) return [];
  return works('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined;
}
