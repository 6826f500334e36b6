import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface HaproxyOptions {
  readonly port: number;
  readonly statsPort: number;
  /** `host:port` of each. */
  readonly gateways: readonly [string, string];
}

const CONFIG = 'docs/how-to/haproxy.cfg';
const INSTALL_MS = 600_000;
const READY_MS = 10_000;
const UP_MS = 60_000;

/** HAProxy before two gateways, with the configuration that users are given. */
export class Haproxy {
  private constructor(
    private readonly child: ChildProcess,
    private readonly options: HaproxyOptions,
  ) {}

  /** Installs it where it is missing. */
  static async start(options: HaproxyOptions): Promise<Haproxy> {
    const [first, second] = options.gateways;
    const env = {
      WAYBILL_FRONT: `127.0.0.1:${options.port}`,
      WAYBILL_STATS: `127.0.0.1:${options.statsPort}`,
      WAYBILL_GATEWAY_1: first,
      WAYBILL_GATEWAY_2: second,
    };
    const child = spawn(await program(), ['-db', '-f', CONFIG], {
      env,
      stdio: 'ignore',
    });
    const haproxy = new Haproxy(child, options);
    await haproxy.ready();
    return haproxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  /** A counter of `/metrics`, summed over those servers of the configuration whose names begin so. */
  async count(name: string, server = ''): Promise<number> {
    const lines = (await this.metrics()).split('\n');
    const samples = lines.filter((line) =>
      line.startsWith(`${name}{proxy="gateways"${server && `,server="${server}`}`),
    );
    if (samples.length === 0) throw new Error(`HAProxy has no metric ${name}`);
    return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** Until it sends requests to so many gateways. */
  async untilUp(gateways: number): Promise<void> {
    for (const deadline = Date.now() + UP_MS; ; await pause(50)) {
      const up = await this.count('haproxy_backend_active_servers');
      if (up === gateways) return;
      if (Date.now() > deadline)
        throw new Error(`${up} instead of ${gateways} gateways are up after ${UP_MS} ms`);
    }
  }

  /** In the moment that it is told: nothing is under way. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exit;
  }

  private async ready(): Promise<void> {
    for (const deadline = Date.now() + READY_MS; ; await pause(20)) {
      if (this.child.exitCode !== null)
        throw new Error(`HAProxy ended with ${this.child.exitCode}: see above`);
      if (await this.metrics().catch(() => undefined)) return;
      if (Date.now() > deadline) throw new Error(`HAProxy was not ready within ${READY_MS} ms`);
    }
  }

  private async metrics(): Promise<string> {
    const url = `http://127.0.0.1:${this.options.statsPort}/metrics`;
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text();
  }
}

async function program(): Promise<string> {
  const node = 'node_modules/.bin/node';
  const { stdout } = await promisify(execFile)(node, ['tools/infra/haproxy.mjs'], { timeout: INSTALL_MS });
  return stdout.trim().split('\n').at(-1) ?? '';
}
