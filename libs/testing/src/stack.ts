import { createHash, generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { type ServiceName } from '#contracts';
import { type ProcessName, RunningService } from './running-service.js';

export interface StackOptions {
  readonly brokerUrl: string;
  /** Of processes that have a user of their own. */
  readonly brokerUrls?: Readonly<Partial<Record<ProcessName, string>>>;
  readonly databaseUrls: Readonly<Record<ServiceName, string>>;
  /** Processes of each kind; 1 unless told. */
  readonly replicas?: Partial<Record<ProcessName, number>>;
  /** More environment, for every process. */
  readonly env?: Readonly<Record<string, string>>;
  /** And for those of one kind. */
  readonly envOf?: (name: ProcessName) => Readonly<Record<string, string>>;
}

const PROCESSES: readonly ProcessName[] = ['stock', 'payment', 'order', 'gateway'];
/** Below the ports that the kernel hands out to connections. */
const PORTS = { first: 10_000, end: 20_000 };
/** Seconds pass until a process listens: meanwhile its port may have been found free by somebody else, too. */
const PORT_TRIES = 3;

/** The built services as processes of their own, as an operator would run them. Needs `npm run build`. */
export class Stack {
  readonly apiKey = newKey();
  /** Of another caller. */
  readonly otherApiKey = newKey();
  /** With which the gateway vouches for callers: the private and the public one. */
  readonly identity = newIdentity();
  readonly processes: RunningService[] = [];

  private constructor(private readonly options: StackOptions) {}

  /** All at once: each waits for what it needs. */
  static async start(options: StackOptions): Promise<Stack> {
    const stack = new Stack(options);
    const names = PROCESSES.flatMap((name) =>
      Array.from({ length: options.replicas?.[name] ?? 1 }, () => name),
    );
    const started = await Promise.allSettled(names.map((name) => stack.add(name)));
    const failed = started.find((result) => result.status === 'rejected');
    if (!failed) return stack;
    await stack.stop();
    throw failed.reason;
  }

  /** Of the first gateway. */
  get url(): string {
    return this.of('gateway').url;
  }

  all(name: ProcessName): RunningService[] {
    return this.processes.filter((service) => service.name === name);
  }

  of(name: ProcessName, index = 0): RunningService {
    const found = this.all(name)[index];
    if (!found) throw new Error(`there is no ${name} number ${index}`);
    return found;
  }

  /** `folder` is that of another checkout, `env` what it is started with besides. */
  async add(
    name: ProcessName,
    { folder, env }: { readonly folder?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<RunningService> {
    const all = { ...this.environment(name), ...this.options.envOf?.(name), ...env };
    for (let tries = PORT_TRIES; ; tries--) {
      const service = new RunningService(name, await freePort(), all, folder);
      this.processes.push(service);
      try {
        await service.start();
        return service;
      } catch (error) {
        if (tries === 1 || !(error as Error).message.includes('EADDRINUSE')) throw error;
        this.processes.splice(this.processes.indexOf(service), 1);
      }
    }
  }

  /** Who asks first, then who answers. Returns the exit codes; null of a process that was killed. */
  async stop(): Promise<(number | null)[]> {
    const gateways = this.all('gateway');
    const services = this.processes.filter((service) => !gateways.includes(service));
    const first = await Promise.all(gateways.map((gateway) => gateway.stop()));
    return [...first, ...(await Promise.all(services.map((service) => service.stop())))];
  }

  /** What a process is started with, or all of them alike. */
  environment(name?: ProcessName): Record<string, string> {
    const { brokerUrl, brokerUrls, databaseUrls, env } = this.options;
    return {
      NODE_ENV: 'test',
      LOG_LEVEL: 'info',
      // A gateway that does not get its turn on a busy machine is not what most tests are about.
      EVENT_LOOP_DELAY_MS: '5000',
      RABBITMQ_URL: (name && brokerUrls?.[name]) ?? brokerUrl,
      ORDER_DATABASE_URL: databaseUrls.order,
      PAYMENT_DATABASE_URL: databaseUrls.payment,
      STOCK_DATABASE_URL: databaseUrls.stock,
      API_KEYS: `test=${digest(this.apiKey)},other=${digest(this.otherApiKey)}`,
      IDENTITY_KEY: this.identity.key,
      IDENTITY_PUBLIC_KEYS: this.identity.publicKey,
      ...env,
    };
  }
}

const newKey = (): string => `wb_test_${randomBytes(24).toString('base64url')}`;
const digest = (key: string): string => createHash('sha256').update(key).digest('hex');

function newIdentity(): { readonly key: string; readonly publicKey: string } {
  const { d: key = '', x: publicKey = '' } = generateKeyPairSync('ed25519').privateKey.export({
    format: 'jwk',
  });
  return { key, publicKey };
}

/** Below those that the kernel hands out to connections. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(PORTS.first, PORTS.end);
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer().once('error', () => resolve(false));
      server.listen(port, () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  throw new Error('no free port was found');
}
