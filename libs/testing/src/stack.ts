import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type ServiceName } from '#contracts';

export type ProcessName = 'gateway' | ServiceName;

export interface StackOptions {
  readonly brokerUrl: string;
  readonly databaseUrls: Readonly<Record<ServiceName, string>>;
  /** Processes of each kind; 1 unless told. */
  readonly replicas?: Partial<Record<ProcessName, number>>;
  /** More environment, for every process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** In the order in which they start; they stop the other way round. */
const STARTS: readonly ProcessName[] = ['stock', 'payment', 'order', 'gateway'];
const READY_MS = 60_000;
const EXIT_MS = 30_000;

/** The built services as processes of their own, as an operator would run them. Needs `npm run build`. */
export class Stack {
  readonly apiKey = `wb_test_${randomBytes(24).toString('base64url')}`;
  readonly processes: RunningService[] = [];

  private constructor(private readonly options: StackOptions) {}

  static async start(options: StackOptions): Promise<Stack> {
    const stack = new Stack(options);
    try {
      for (const name of STARTS) {
        const count = options.replicas?.[name] ?? 1;
        const started = Array.from({ length: count }, () => stack.add(name));
        await Promise.all(started);
      }
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Of the first gateway. */
  get url(): string {
    return this.of('gateway').url;
  }

  of(name: ProcessName, index = 0): RunningService {
    const found = this.processes.filter((service) => service.name === name)[index];
    if (!found) throw new Error(`there is no ${name} number ${index}`);
    return found;
  }

  async add(name: ProcessName): Promise<RunningService> {
    const service = new RunningService(name, await freePort(), this.environment());
    this.processes.push(service);
    await service.start();
    return service;
  }

  async stop(): Promise<void> {
    for (const name of STARTS.toReversed()) {
      await Promise.all(
        this.processes.filter((service) => service.name === name).map((service) => service.stop()),
      );
    }
  }

  private environment(): Record<string, string> {
    const { brokerUrl, databaseUrls, env } = this.options;
    const hash = createHash('sha256').update(this.apiKey).digest('hex');
    return {
      NODE_ENV: 'test',
      LOG_LEVEL: 'info',
      RABBITMQ_URL: brokerUrl,
      ORDER_DATABASE_URL: databaseUrls.order,
      PAYMENT_DATABASE_URL: databaseUrls.payment,
      STOCK_DATABASE_URL: databaseUrls.stock,
      API_KEYS: `test=${hash}`,
      ...env,
    };
  }
}

/** One process. Its last output is kept, for the message of a test that fails. */
export class RunningService {
  private child: ChildProcess | undefined;
  private exit: Promise<unknown> | undefined;
  private output = '';

  constructor(
    readonly name: ProcessName,
    readonly port: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get log(): string {
    return this.output;
  }

  /** Resolves when /health/ready says so. */
  async start(): Promise<void> {
    const root = process.cwd();
    const node = join(root, 'node_modules/.bin/node');
    const portName = this.name === 'gateway' ? 'PORT' : `${this.name.toUpperCase()}_PORT`;
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(node, ['--enable-source-maps', `dist/apps/${this.name}/src/main.js`], {
      cwd: root,
      env: { PATH, HOME, ...this.env, [portName]: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.exit = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => this.keep(String(chunk)));
    await this.ready();
  }

  async ready(): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline) {
      if (this.child?.exitCode !== null) throw new Error(`${this.name} exited at its start:\n${this.output}`);
      const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(
        () => undefined,
      );
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${this.name} was not ready within ${READY_MS} ms:\n${this.output}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** As `kill -9`: returns when the process is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exit;
  }

  /** Returns the exit code; null when it had to be killed. */
  async stop(): Promise<number | null> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const watchdog = setTimeout(() => child.kill('SIGKILL'), EXIT_MS);
    await this.exit;
    clearTimeout(watchdog);
    return child.exitCode;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  private keep(chunk: string): void {
    this.output = (this.output + chunk).slice(-64_000);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return address.port;
}
