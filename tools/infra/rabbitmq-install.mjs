import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { note, Trouble } from './say.mjs';

/** @param {string} command @param {readonly string[]} args */
const works = (command, args) => spawnSync(command, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;

export const WAYS = `RabbitMQ is not here, and can't be installed from here. Any of these will do:
  - give the URL of a broker:  RABBITMQ_URL=amqp://user:password@host:5672/vhost npm start
  - install it:                sudo apt-get install rabbitmq-server   (Debian, Ubuntu)
                               brew install rabbitmq                  (macOS)
                               https://www.rabbitmq.com/docs/download (others)
  - start Docker`;

/** With the system's package manager, after saying so. Throws when there is no way that needs no question. */
export function installRabbit() {
  const commands = commandsHere();
  if (!commands) throw new Trouble(WAYS);
  for (const [command, ...args] of commands) {
    note(`RabbitMQ is not installed here, so: ${command} ${args.join(' ')}`);
    const { status, stderr, stdout } = spawnSync(/** @type {string} */ (command), args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 600_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) throw new Trouble(`${command} failed:\n${`${stdout}${stderr}`.slice(-2_000)}`, WAYS);
  }
}

export const canInstallRabbit = () => commandsHere() !== undefined;

/** @returns {string[][] | undefined} */
function commandsHere() {
  if (process.platform === 'darwin' && works('brew', ['--version'])) return [['brew', 'install', 'rabbitmq']];
  const sudo = privileges();
  if (!sudo || !existsSync('/usr/bin/apt-get')) return undefined;
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', 'rabbitmq-server'];
  return [
    [...sudo, 'apt-get', 'update'],
    [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', ...install],
  ];
}

/** What to put before a command that only root may run; undefined when it would ask for a password. */
function privileges() {
  if (process.getuid?.() === 0) return [];
  return works('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined;
}
