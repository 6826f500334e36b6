import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '#testing';
import { endLeftovers } from './leftovers.js';
import { RabbitNode } from './rabbit-node.js';

export interface QueueState {
  readonly name: string;
  readonly type: string;
  readonly leader?: string;
  readonly members?: readonly string[];
  readonly online?: readonly string[];
}

interface NodeState {
  readonly name: string;
  readonly running: boolean;
}

const USER = 'waybill';
const ASK_MS = 5_000;
const MAX_STARTS = 3;
const WHOLE_MS = 480_000;
const REJOIN_MS = 30_000;

/** Three nodes of RabbitMQ on this machine that are one broker. What an earlier one has left in the folder is ended first. */
export class RabbitCluster {
  private constructor(
    readonly nodes: readonly RabbitNode[],
    private readonly password: string,
    private readonly portMapper: ChildProcess,
  ) {}

  static async start(path: string): Promise<RabbitCluster> {
    for (let tries = 1; ; tries++) {
      try {
        return await RabbitCluster.startOnce(resolve(path));
      } catch (error) {
        // Between the look for a free port and its use a busy machine has time to give it to somebody else.
        if (tries === MAX_STARTS) throw error;
      }
    }
  }

  private static async startOnce(folder: string): Promise<RabbitCluster> {
    await endLeftovers(folder);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const password = randomBytes(24).toString('base64url');
    const names = [1, 2, 3].map((i) => `waybill${i}@localhost`);
    const definitions = join(folder, 'definitions.json');
    await writeFile(definitions, JSON.stringify(definitionsFor(password)), { mode: 0o600 });
    const config = configFor(names, definitions);
    const erlang = { cookie: randomBytes(16).toString('hex'), epmdPort: await freePort() };
    const nodes: RabbitNode[] = [];
    for (const name of names) {
      const ports = { amqp: await freePort(), management: await freePort(), dist: await freePort() };
      nodes.push(new RabbitNode({ name, folder: join(folder, name), ports, config, erlang }));
    }
    for (const node of nodes) await node.prepare();
    const cluster = new RabbitCluster(nodes, password, mapPorts(erlang.epmdPort, folder));
    try {
      for (const node of nodes) node.launch();
      await Promise.all(nodes.map((node) => cluster.ready(node)));
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Of all nodes, without a vhost, as RABBITMQ_URL lists them. */
  get url(): string {
    return this.nodes
      .map(({ options }) => `amqp://${USER}:${this.password}@127.0.0.1:${options.ports.amqp}`)
      .join(',');
  }

  /** Of the first node, with user and password. */
  get managementUrl(): string {
    return `http://${USER}:${this.password}@127.0.0.1:${this.nodes[0]?.options.ports.management}`;
  }

  /** On which node the leader of the queue is. */
  async leaderOf(vhost: string, queue: string): Promise<RabbitNode> {
    for (const deadline = Date.now() + WHOLE_MS; ; await pause(100)) {
      const state = await this.ask<QueueState>(`/api/queues/${vhost}/${queue}`).catch(() => undefined);
      const node = this.nodes.find(({ name }) => name === state?.leader);
      if (node) return node;
      if (Date.now() > deadline) throw new Error(`${queue} has no leader`);
    }
  }

  queues(vhost: string): Promise<QueueState[]> {
    return this.ask<QueueState[]>(`/api/queues/${vhost}`);
  }

  /** Starts it again, and returns when clients can come in. */
  async revive(node: RabbitNode): Promise<void> {
    node.launch();
    await this.ready(node);
  }

  /**
   * After nodes stood still. RabbitMQ 3 may leave one apart from the others when they have given it up meanwhile, and both go
   * on: then it has to be restarted. Returns how many had to be.
   */
  async rejoin(vhost: string): Promise<number> {
    const isWhole = await this.untilWhole(vhost, REJOIN_MS).then(
      () => true,
      () => false,
    );
    if (isWhole) return 0;
    const apart = await this.apart();
    for (const node of apart) {
      await node.stop();
      await this.revive(node);
    }
    return apart.length;
  }

  /** All nodes are there, and every replicated queue of the vhost is on all of them. */
  async untilWhole(vhost: string, withinMs = WHOLE_MS): Promise<void> {
    for (const deadline = Date.now() + withinMs; ; await pause(200)) {
      const missing = await this.missing(vhost).catch((error: Error) => error.message);
      if (missing === '') return;
      if (Date.now() > deadline) throw new Error(`the cluster is not whole after ${withinMs} ms: ${missing}`);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    this.portMapper.kill('SIGKILL');
  }

  /** By all nodes: one that stood still and goes on does not know yet that the others have given it up. */
  private async missing(vhost: string): Promise<string> {
    const views = await Promise.all(this.nodes.map((node) => this.seenBy(node)));
    const apart = this.nodes.filter(({ name }) => !views.every((view) => view.includes(name)));
    const thin = (await this.queues(vhost)).filter(
      ({ type, online }) => type === 'quorum' && online?.length !== 3,
    );
    return [...apart, ...thin].map(({ name }) => name).join(', ');
  }

  /** Those that no other node sees. */
  private async apart(): Promise<RabbitNode[]> {
    const views = await Promise.all(this.nodes.map((node) => this.seenBy(node)));
    return this.nodes.filter(({ name }) => views.filter((view) => view.includes(name)).length < 2);
  }

  /** Which nodes it takes for running; none when it does not answer. */
  private async seenBy({ options }: RabbitNode): Promise<string[]> {
    const nodes = await this.askAt(options.ports.management, '/api/nodes').catch(() => []);
    return (nodes as NodeState[]).filter(({ running }) => running).map(({ name }) => name);
  }

  private ready(node: RabbitNode): Promise<void> {
    const { amqp, management } = node.options.ports;
    const path = `/api/health/checks/port-listener/${amqp}`;
    return node.ready(() =>
      this.askAt(management, path).then(
        () => true,
        () => false,
      ),
    );
  }

  /** Whichever node answers. */
  private async ask<T>(path: string): Promise<T> {
    let failure: unknown;
    for (const { isRunning, options } of this.nodes) {
      if (!isRunning) continue;
      try {
        return (await this.askAt(options.ports.management, path)) as T;
      } catch (error) {
        failure = error;
      }
    }
    throw new Error(`no node answers ${path}`, { cause: failure });
  }

  private async askAt(port: number, path: string): Promise<unknown> {
    const authorization = `Basic ${Buffer.from(`${USER}:${this.password}`).toString('base64')}`;
    const signal = AbortSignal.timeout(ASK_MS);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization }, signal });
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
    return response.json();
  }
}

function configFor(names: readonly string[], definitions: string): string[] {
  return [
    'cluster_formation.peer_discovery_backend = classic_config',
    ...names.map((name, i) => `cluster_formation.classic_config.nodes.${i + 1} = ${name}`),
    // Whoever is cut off from the majority stops, instead of going on alone.
    'cluster_partition_handling = pause_minority',
    'vm_memory_high_watermark.absolute = 400MB',
    `load_definitions = ${definitions}`,
  ];
}

function definitionsFor(password: string): object {
  const salt = randomBytes(4);
  const digest = createHash('sha256').update(salt).update(password).digest();
  const user = {
    name: USER,
    password_hash: Buffer.concat([salt, digest]).toString('base64'),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags: 'administrator',
  };
  const all = { configure: '.*', write: '.*', read: '.*' };
  return { users: [user], vhosts: [{ name: '/' }], permissions: [{ user: USER, vhost: '/', ...all }] };
}

/** Erlang would start its port mapper as a daemon that stays for ever. Ours is a process that we stop. */
function mapPorts(port: number, folder: string): ChildProcess {
  const env = { PATH: process.env.PATH ?? '', HOME: join(folder, 'epmd') };
  return spawn('epmd', ['-port', String(port), '-address', '127.0.0.1'], { env, stdio: 'ignore' });
}
