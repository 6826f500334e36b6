import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type ServiceName } from '#contracts';
import { type Passed } from '#crash-points';

export type ProcessName = 'gateway' | ServiceName;

/** One line of a process's log, as it was written. */
export interface LogLine {
  readonly level: string;
  readonly service: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** Long enough for a machine on which much else is going on. */
const READY_MS = 120_000;
const EXIT_MS = 30_000;
/** On such a machine: a test waits for what it asks, not for how long that takes. */
const ANSWER_MS = 30_000;
/** Often at first; a machine that takes longer has no time to answer so often. */
const POLL_MS = { first: 25, later: 500, afterMs: 5_000 };
const READY = '"msg":"ready"';
const ORDER_MS = 5_000;
const MAX_OUTPUT = 8_000_000;
/** As those of tools/infra/node-flags.mjs. */
const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=16', '--max-old-space-size=1024'];
/** As `npm start` has it: a start costs a tenth less. */
const COMPILED = 'dist/.compiled';

/** One process, started as in production. */
export class RunningService {
  private child: ChildProcess | undefined;
  private exit: Promise<unknown> | undefined;
  private output = '';
  /** What the process has written that runs now, until it said that it is ready. */
  private beginning: string | undefined;

  constructor(
    readonly name: ProcessName,
    readonly port: number,
    private readonly env: Readonly<Record<string, string>>,
    /** Of the checkout whose build is run; this one unless told. */
    private readonly folder = '.',
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get isRunning(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  /** What it has written since it was first started. */
  get log(): string {
    return this.output;
  }

  get logLines(): LogLine[] {
    return this.output
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Resolves when it and its /health/ready say so: that its port answers is not enough, somebody else may have taken it. */
  async start(): Promise<void> {
    const portName = this.name === 'gateway' ? 'PORT' : `${this.name.toUpperCase()}_PORT`;
    const { PATH = '', HOME = '' } = process.env;
    const args = [...NODE_FLAGS, `dist/apps/${this.name}/src/main.js`];
    const child = spawn('node_modules/.bin/node', args, {
      cwd: this.folder,
      env: { PATH, HOME, NODE_COMPILE_CACHE: COMPILED, ...this.env, [portName]: String(this.port) },
      // A process that may be told where to die is told through a channel; see libs/crash-points.
      stdio: ['ignore', 'pipe', 'pipe', ...(this.env.CRASH_AT ? ['ipc' as const] : [])],
    });
    this.child = child;
    this.beginning = '';
    // "close", unlike "exit", comes after the last line of the log.
    this.exit = once(child, 'close');
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => this.keep(String(chunk)));
    await this.ready();
  }

  async ready(): Promise<void> {
    const begun = Date.now();
    const deadline = begun + READY_MS;
    while (Date.now() < deadline) {
      if (!this.isRunning) throw new Error(`${this.name} exited at its start:\n${this.lastOutput}`);
      // Asked only then: four that begin at once need their processor themselves.
      if (this.beginning === undefined && (await this.saysReady())) return;
      await pause(Date.now() < begun + POLL_MS.afterMs ? POLL_MS.first : POLL_MS.later);
    }
    throw new Error(`${this.name} was not ready within ${READY_MS} ms:\n${this.lastOutput}`);
  }

  private async saysReady(): Promise<boolean> {
    const signal = AbortSignal.timeout(2_000);
    const answer = await fetch(`${this.url}/health/ready`, { signal }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** As `kill -9`: returns when the process is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exit;
  }

  /** Where it is to kill itself: see `armCrashPoints`. Returns what it has passed since it was last told. */
  async crashAt(order: string): Promise<Passed> {
    const { child } = this;
    if (!child?.connected) throw new Error(`${this.name} was started without CRASH_AT`);
    const signal = AbortSignal.timeout(ORDER_MS);
    const answered = once(child, 'message', { signal });
    child.send(order);
    return (await answered)[0] as Passed;
  }

  /** Resolves with the signal that ended it; null of one that ended by itself. */
  async ended(): Promise<NodeJS.Signals | null> {
    await this.exit;
    return this.child?.signalCode ?? null;
  }

  /** Returns the exit code; null of a process that was or had to be killed. */
  async stop(): Promise<number | null> {
    const { child } = this;
    if (!child || !this.isRunning) return child?.exitCode ?? null;
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const watchdog = setTimeout(() => child.kill('SIGKILL'), EXIT_MS);
    await this.exit;
    clearTimeout(watchdog);
    return child.exitCode;
  }

  /** The sum of a metric's samples since the process was last started; only of those with these labels. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const response = await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    let sum = 0;
    for (const line of (await response.text()).split('\n')) {
      const [, of, labelled = '', value] = /^(\w+)(\{.*\})? (\S+)$/.exec(line) ?? [];
      if (of === name && wanted.every((label) => labelled.includes(label))) sum += Number(value);
    }
    return sum;
  }

  private get lastOutput(): string {
    return this.output.slice(-10_000);
  }

  private keep(chunk: string): void {
    this.output += chunk;
    if (this.beginning !== undefined) this.beginning += chunk;
    if (this.beginning?.includes(READY)) this.beginning = undefined;
    if (this.output.length > MAX_OUTPUT) this.output = this.output.slice(-MAX_OUTPUT / 2);
  }
}
