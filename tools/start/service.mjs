import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { COMPILED } from '../infra/build.mjs';
import { NODE_FLAGS } from '../infra/node-flags.mjs';
import { childrenOf, listensOn, running } from '../infra/proc.mjs';
import { stopProcess, until } from '../infra/process.mjs';
import { inRoot } from '../infra/root.mjs';
import { Trouble, warn } from '../infra/say.mjs';

const READY_MS = 60_000;
const STOP_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** Who has run for so long is not dying at its start: the pauses begin anew. */
const STEADY_MS = 60_000;
const KEPT_LINES = 30;

/**
 * @typedef {object} Plan
 * @property {import('./options.mjs').ProcessName} name
 * @property {string} instance name and number
 * @property {number} port
 * @property {readonly string[]} nodeArgs
 * @property {NodeJS.ProcessEnv} env
 */

/** One process of Waybill, started again whenever it ends. */
export class Service {
  /** @type {import('../infra/proc.mjs').Running | undefined} */
  #running;
  /** How it ended, if it did. @type {string | undefined} */
  #ended;
  /** Once it was ready, it is started again. Before, its end is ours. */
  #supervised = false;
  #stopping = new AbortController();
  #pauseMs = FIRST_PAUSE_MS;
  #begun = 0;
  /** @type {string[]} its last output */
  #lines = [];

  /** @param {Plan} plan @param {{ line: (line: string) => void, spawned: (running: unknown) => void }} on */
  constructor(plan, on) {
    this.plan = plan;
    this.on = on;
  }

  get url() {
    return `http://localhost:${this.plan.port}`;
  }

  /** Resolves when it is ready. */
  async start() {
    this.#spawn();
    const answer = await until(async () => {
      if (this.#ended) return 'ended';
      return (await this.#isReady()) ? 'ready' : undefined;
    }, READY_MS);
    if (answer === 'ready') {
      this.#supervised = true;
      return;
    }
    const words = this.#ended
      ? `ended at its start (${this.#ended})`
      : `was not ready within ${READY_MS / 1000} s`;
    throw new Trouble(`${this.plan.instance} ${words}:\n${this.#lines.join('\n')}`);
  }

  async stop() {
    this.#stopping.abort();
    await stopProcess(this.#running, { graceMs: STOP_MS });
  }

  #spawn() {
    const { name, env, nodeArgs } = this.plan;
    // A group of its own: Ctrl-C in the terminal reaches us alone, and we stop it in its turn.
    const child = spawn(
      process.execPath,
      [...NODE_FLAGS, ...nodeArgs, inRoot(`dist/apps/${name}/src/main.js`)],
      {
        cwd: inRoot(),
        env: { NODE_COMPILE_CACHE: COMPILED, ...env },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#ended = undefined;
    child.once('error', (error) => this.#keep(error.message));
    child.once('close', (code, signal) => this.#close(signal ?? `code ${code}`));
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on('line', (line) => this.#keep(line));
    this.#running = running(child.pid ?? 0);
    this.#begun = Date.now();
    this.on.spawned(this.#running);
  }

  /** @param {string} how it ended */
  #close(how) {
    this.#ended = how;
    if (this.#supervised) void this.#startAgain();
  }

  async #startAgain() {
    if (this.#stopping.signal.aborted) return;
    if (Date.now() - this.#begun > STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
    warn(`${this.plan.instance} ended (${this.#ended}); it is started again in ${this.#pauseMs / 1000} s`);
    await pause(this.#pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    if (this.#stopping.signal.aborted) return;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    this.#spawn();
  }

  async #isReady() {
    const response = await fetch(`http://127.0.0.1:${this.plan.port}/health/ready`, {
      signal: AbortSignal.timeout(2_000),
    }).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok === true && this.#isOurs();
  }

  /** Somebody else may have taken the port meanwhile, even another Waybill. Under --watch a child listens. */
  #isOurs() {
    const { pid = 0 } = this.#running ?? {};
    return [pid, ...childrenOf(pid)].some((one) => listensOn(one, this.plan.port));
  }

  /** @param {string} line */
  #keep(line) {
    this.#lines = [...this.#lines.slice(1 - KEPT_LINES), line];
    this.on.line(line);
  }
}
