import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A fresh clone of what is committed here, as somebody has it who has just heard of the project. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLONE_MS = 60_000;
const STOP_MS = 60_000;

export class Checkout {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
    this.path = join(folder, 'waybill');
  }

  static async clone() {
    const checkout = new Checkout(await mkdtemp(join(tmpdir(), 'waybill-bench-')));
    const args = ['clone', '--quiet', '--no-hardlinks', ROOT, checkout.path];
    await promisify(execFile)('git', args, { timeout: CLONE_MS });
    return checkout;
  }

  /**
   * `npm start`, until it has written this; then it is stopped. Packages come from the registry, not from a cache of earlier times.
   * @param {RegExp} words @param {number} ms at most @returns {Promise<number>} ms
   */
  async start(words, ms) {
    const env = { ...environment(), npm_config_cache: join(this.folder, 'cache') };
    const begun = performance.now();
    const child = spawn('npm', ['start'], {
      cwd: this.path,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const exited = once(child, 'exit');
    let output = '';
    try {
      return await new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`npm start: not within ${ms} ms:\n${output.slice(-2_000)}`)),
          ms,
        );
        const seen = (/** @type {Buffer} */ chunk) => {
          output += chunk;
          if (!words.test(output)) return;
          clearTimeout(timer);
          resolve(performance.now() - begun);
        };
        child.stdout.on('data', seen);
        child.stderr.on('data', seen);
        exited.then(() => reject(new Error(`npm start has ended:\n${output.slice(-2_000)}`)), reject);
      });
    } finally {
      // npm and what it has started.
      const signal = (/** @type {NodeJS.Signals} */ name) =>
        child.exitCode === null && child.pid && process.kill(-child.pid, name);
      signal('SIGINT');
      const watchdog = setTimeout(() => signal('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(watchdog);
    }
  }

  async remove() {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Ours, without what would have it use other servers than its own, and without what npm tells the scripts of this checkout. */
function environment() {
  const isForeign = (/** @type {string} */ name) =>
    /^(WAYBILL_|RABBITMQ_|API_KEYS|NODE_ENV|PORT)|DATABASE_URL$/.test(name) ||
    (/^npm_/i.test(name) &&
      !/^npm_config_(registry|userconfig|cafile|ca|proxy|https_proxy|noproxy)$/i.test(name));
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)));
}
