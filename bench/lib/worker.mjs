import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { within } from './wait.mjs';

/**
 * A contender or a load generator as a process of its own, spoken to over Node's IPC channel:
 * start(config) → info, run(job) → result; while it runs it says when its measured window opens and closes.
 * It ends when the channel does, so a bench that dies leaves nothing behind.
 */

const START_MS = 60_000;
const STOP_MS = 10_000;

/** The parent's end. */
export class Worker {
  /** @param {string} name @param {import('node:child_process').ChildProcess} child */
  constructor(name, child) {
    this.name = name;
    this.child = child;
    this.lastError = '';
    this.exited = once(child, 'exit');
    child.stderr?.on('data', (chunk) => {
      this.lastError = (this.lastError + chunk).slice(-4_000);
    });
  }

  /** @param {string} script relative to bench/ @param {object} config @param {string[]} [execArgv] flags of Node */
  static async start(script, config, execArgv = []) {
    const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
    const child = fork(path, [], {
      execArgv,
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    const worker = new Worker(script, child);
    try {
      worker.info = await worker.ask({ kind: 'start', config }, START_MS);
      return worker;
    } catch (error) {
      await worker.stop();
      throw error;
    }
  }

  /** What `start` of the process returned. @type {any} */
  info = undefined;

  /** The process answers at every moment but its last. */
  get pid() {
    return /** @type {number} */ (this.child.pid);
  }

  /**
   * @param {object} job
   * @param {{ timeoutMs: number, onWindow?: (open: boolean) => void }} options
   * @returns {Promise<any>}
   */
  run(job, { timeoutMs, onWindow }) {
    return this.ask({ kind: 'run', job }, timeoutMs, onWindow);
  }

  /** @param {object} message @param {number} timeoutMs @param {(open: boolean) => void} [onWindow] */
  async ask(message, timeoutMs, onWindow) {
    /** @type {(message: any) => void} */
    let listener = () => undefined;
    const answer = new Promise((resolve, reject) => {
      listener = (reply) => {
        if (reply.kind === 'window') onWindow?.(reply.open);
        else if (reply.kind === 'failed') reject(new Error(`${this.name}: ${reply.message}`));
        else resolve(reply.value);
      };
      this.child.on('message', listener);
      this.exited.then(
        ([code]) => reject(new Error(`${this.name} ended with ${code}: ${this.lastError}`)),
        reject,
      );
    });
    this.child.send(message, () => undefined);
    try {
      return await within(answer, timeoutMs, `${this.name} did not answer`);
    } finally {
      this.child.off('message', listener);
    }
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    if (this.child.connected) this.child.disconnect();
    const watchdog = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.exited;
    clearTimeout(watchdog);
  }
}

/**
 * The process's end.
 * @param {{
 *   start(config: any): Promise<unknown>,
 *   run?(job: any, window: (open: boolean) => void): Promise<unknown>,
 *   stop(): Promise<unknown>,
 * }} part
 */
export function serve(part) {
  const say = (/** @type {object} */ message) => void process.send?.(message);
  const window = (/** @type {boolean} */ open) => say({ kind: 'window', open });
  const carryOut = async (/** @type {any} */ { kind, config, job }) => {
    try {
      const value = await (kind === 'start' ? part.start(config) : part.run?.(job, window));
      say({ kind: 'done', value });
    } catch (error) {
      say({
        kind: 'failed',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  };
  process.on('message', (message) => void carryOut(message));
  // Ctrl-C goes to the whole group: the parent decides what ends when.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => {
    within(part.stop(), STOP_MS / 2, 'stop')
      .catch(() => undefined)
      .finally(() => process.exit());
  });
}
