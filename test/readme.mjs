import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Does what README.md says: runs its blocks that are marked `sh ci`, in order and in one shell, against an `npm start` of its
 * own. Needs no package, and any Node from 20 on, so that a fresh clone can run it.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** With packages to install, and perhaps RabbitMQ. */
const START_MS = 900_000;
const BLOCKS_MS = 180_000;
const STOP_MS = 90_000;

const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);

/** One script, so that a block can use what an earlier one has set. It names each block, and ends at the first command that fails. */
function scriptOf(/** @type {string} */ markdown) {
  const blocks = [...markdown.matchAll(/^```sh ci\n([\s\S]*?)^```/gm)];
  if (blocks.length === 0) throw new Error('README.md has no block that is marked "sh ci"');
  const parts = blocks.map(({ 1: code, index }) => {
    const line = markdown.slice(0, index).split('\n').length;
    return `printf '\\n=== README.md, line ${line}\\n'\n${code}`;
  });
  return `set -euo pipefail\n${parts.join('\n')}\nprintf '\\n${blocks.length} blocks of README.md do what it says.\\n'`;
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** Rejects when it takes longer. @template T @param {Promise<T>} work @param {number} ms @param {string} what @returns {Promise<T>} */
function within(work, ms, what) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} took more than ${ms / 1_000} s`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** `npm start` in a process group of its own, as in a terminal of its own. */
class Start {
  output = '';

  /** @param {number} port */
  constructor(port) {
    const args = ['start', '--', '--port', String(port)];
    this.child = spawn('npm', args, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve) => this.child.once('error', resolve).once('exit', resolve));
    this.up = new Promise((resolve, reject) => {
      const hear = (/** @type {Buffer} */ data) => {
        this.output += data;
        if (this.output.includes('Waybill runs.')) resolve(undefined);
      };
      this.child.stdout.on('data', hear);
      this.child.stderr.on('data', hear);
      void this.ended.then(() => reject(new Error('npm start ended')));
    });
  }

  /** Ctrl-C. */
  async stop() {
    this.signal('SIGINT');
    try {
      await within(this.ended, STOP_MS, 'stopping');
    } finally {
      this.signal('SIGKILL');
    }
    const left = join(ROOT, '.data/development.env');
    if (existsSync(left)) throw new Error(`npm start has left ${left} behind`);
  }

  /** @param {NodeJS.Signals} signal */
  signal(signal) {
    try {
      process.kill(-(this.child.pid ?? 0), signal);
    } catch {
      // It has ended.
    }
  }
}

/** @param {string} script */
async function run(script) {
  const shell = spawn('bash', ['-c', script], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise((resolve) => shell.once('error', resolve).once('exit', resolve));
  const code = await within(ended, BLOCKS_MS, 'the commands').finally(() => shell.kill());
  if (code !== 0) throw new Error('the last of the commands above failed');
}

const script = scriptOf(readFileSync(join(ROOT, 'README.md'), 'utf8'));
const start = new Start(await freePort());
try {
  await within(start.up, START_MS, 'npm start');
  say(start.output);
  await run(script);
} catch (error) {
  say(`\nWhat npm start said, at the end:\n${start.output.slice(-8_000)}`);
  say(`README.md does not hold: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
} finally {
  await start.stop();
}
