import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface NodeOptions {
  /** As Erlang names it: `name@host`. */
  readonly name: string;
  readonly folder: string;
  readonly ports: { readonly amqp: number; readonly management: number; readonly dist: number };
  /** Lines of rabbitmq.conf that all nodes share. */
  readonly config: readonly string[];
  /** The secret and the port mapper by which nodes find each other. */
  readonly erlang: { readonly cookie: string; readonly epmdPort: number };
}

/** Long enough for a machine on which much else is going on. */
const READY_MS = 480_000;
const STOP_MS = 120_000;
/** Nodes that tick so often take one that is silent for so long for dead. */
const NET_TICK_S = 10;

/** One RabbitMQ of several on this machine: it shares nothing with the others but the port mapper. */
export class RabbitNode {
  private child: ChildProcess | undefined;

  constructor(readonly options: NodeOptions) {}

  get name(): string {
    return this.options.name;
  }

  get isRunning(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  async prepare(): Promise<void> {
    const { folder, config, ports, erlang } = this.options;
    for (const part of ['home', 'data', 'log']) await mkdir(join(folder, part), { recursive: true });
    const listeners = [
      `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
      'management.tcp.ip = 127.0.0.1',
      `management.tcp.port = ${ports.management}`,
    ];
    await writeFile(join(folder, 'home/.erlang.cookie'), erlang.cookie, { mode: 0o400 });
    await writeFile(join(folder, 'rabbitmq.conf'), [...config, ...listeners, ''].join('\n'));
    await writeFile(join(folder, 'advanced.config'), `[{kernel,[{net_ticktime,${NET_TICK_S}}]}].\n`);
    await writeFile(join(folder, 'enabled_plugins'), '[rabbitmq_management].\n');
  }

  /** Does not wait: nodes that boot together wait for each other. */
  launch(): void {
    const { WAYBILL_RABBITMQ_SERVER: script } = process.env;
    if (!script)
      throw new Error('WAYBILL_RABBITMQ_SERVER is not set: run these tests with "npm run cluster"');
    const log = openSync(this.output, 'w');
    this.child = spawn(script, { env: this.environment(), stdio: ['ignore', log, log] });
    closeSync(log);
  }

  /** `isThere`: whether clients can come in. */
  async ready(isThere: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + READY_MS; ; await pause(100)) {
      if (!this.isRunning) throw new Error(`${this.name} ended: see ${this.options.folder}/log`);
      if ((await this.hasBooted()) && (await isThere())) return;
      if (Date.now() > deadline) throw new Error(`${this.name} was not ready within ${READY_MS} ms`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** In order; what does not end by itself is ended. */
  async stop(): Promise<void> {
    const watchdog = setTimeout(() => this.signal('SIGKILL'), STOP_MS);
    this.signal('SIGCONT');
    await this.end('SIGTERM');
    clearTimeout(watchdog);
  }

  private get output(): string {
    return join(this.options.folder, 'log/output.log');
  }

  /** Its ports open a moment earlier, and a vhost that is made in that moment is never whole. */
  private async hasBooted(): Promise<boolean> {
    return (await readFile(this.output, 'utf8')).includes('completed with');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.child || !this.isRunning) return;
    const exit = once(this.child, 'exit');
    this.signal(signal);
    await exit;
  }

  private environment(): Record<string, string> {
    const { name, folder, ports, erlang } = this.options;
    return {
      PATH: process.env.PATH ?? '',
      LANG: 'C.UTF-8',
      // The Erlang cookie lives there.
      HOME: join(folder, 'home'),
      ERL_EPMD_PORT: String(erlang.epmdPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: name,
      RABBITMQ_DIST_PORT: String(ports.dist),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}',
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
      RABBITMQ_FEATURE_FLAGS_FILE: join(folder, 'feature_flags'),
      RABBITMQ_PID_FILE: join(folder, 'pid'),
      // The script then becomes the broker, instead of waiting for it.
      RUNNING_UNDER_SYSTEMD: 'true',
    };
  }
}
