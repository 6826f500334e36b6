import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { childrenOf, commandOf, parentOf } from './processes.mjs';

/**
 * The broker and the database server of a bench, with a vhost and databases of its own that go away with it.
 * @typedef {object} Servers
 * @property {string} brokerUrl without a vhost
 * @property {string} managementUrl with user and password
 * @property {string} postgresUrl of a role that may create databases
 */

export class Infra {
  /** @type {(() => Promise<unknown>)[]} newest last */
  #undo = [];

  /** @param {Servers} servers */
  constructor(servers) {
    this.servers = servers;
    this.name = `bench_${randomBytes(4).toString('hex')}`;
    this.admin = new pg.Pool({ connectionString: servers.postgresUrl, max: 2 });
    this.admin.on('error', () => undefined);
  }

  /** @param {string} purpose @returns {Promise<string>} URL of a new, empty vhost */
  async vhost(purpose) {
    const user = new URL(this.servers.managementUrl).username;
    const name = `${this.name}_${purpose}`;
    const path = `/api/vhosts/${name}`;
    await this.management('PUT', path);
    this.#undo.push(() => this.management('DELETE', path));
    const all = { configure: '.*', write: '.*', read: '.*' };
    await this.management('PUT', `/api/permissions/${name}/${user}`, all);
    return `${this.servers.brokerUrl.replace(/\/+$/, '')}/${name}`;
  }

  /** @param {string} purpose @returns {Promise<string>} URL of a new, empty database */
  async database(purpose) {
    const name = `${this.name}_${purpose}`;
    await this.admin.query(`create database ${name}`);
    this.#undo.push(() => this.admin.query(`drop database if exists ${name} with (force)`));
    const url = new URL(this.servers.postgresUrl);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
  async management(method, path, body) {
    const { origin, username, password } = new URL(this.servers.managementUrl);
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`RabbitMQ management: ${method} ${path}: HTTP ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** The broker's and the database server's processes, when they run on this machine. */
  async processes() {
    const nodes = await this.management('GET', '/api/nodes');
    const beams = nodes.map((/** @type {{ os_pid: string }} */ node) => Number(node.os_pid));
    const { rows } = await this.admin.query('select pg_backend_pid() as pid');
    const postmaster = parentOf(rows[0].pid);
    return {
      broker: () => beams.filter((/** @type {number} */ pid) => commandOf(pid).includes('beam')),
      /** Those that serve the databases of this bench, and those that serve all: writers, checkpointer, I/O workers. */
      postgres: () => {
        if (!/postgres/.test(commandOf(postmaster))) return [];
        return childrenOf(postmaster).filter((pid) => this.#isOurs(commandOf(pid)));
      },
    };
  }

  /** @param {string} command for example "postgres: user database 127.0.0.1(40000) idle" */
  #isOurs(command) {
    const client = /^postgres: (?:\S+: )?\S+ (\S+) (?:\[local\]|[\d.:a-f]+\(\d+\))/.exec(command);
    return client ? client[1]?.startsWith(`${this.name}_`) : command.startsWith('postgres: ');
  }

  async close() {
    for (const undo of this.#undo.splice(0).reverse()) await undo().catch(() => undefined);
    await this.admin.end();
  }
}
