import { privateBroker } from './broker.mjs';
import { Folder } from './folder.mjs';
import { freeBlock, isFree, portsFrom } from './ports.mjs';
import { PrivatePostgres } from './postgres.mjs';
import { removeData } from './postgres-files.mjs';
import { dockerAnswers, RabbitContainer } from './rabbitmq-docker.mjs';
import { findRabbit, RabbitNode } from './rabbitmq-node.mjs';
import { answers, brokerUrlOf } from './rabbitmq-server.mjs';
import { Trouble } from './say.mjs';

/** @typedef {import('./broker.mjs').PrivateBroker} PrivateBroker */

/** The broker and the database server that belong to a folder: at most one of each runs at a time. */
export class PrivateServers {
  /** @type {PrivateBroker | undefined} */
  #broker;

  /** @param {Folder} folder @param {import('./ports.mjs').Ports} ports */
  constructor(folder, ports) {
    this.folder = folder;
    this.ports = ports;
    this.database = new PrivatePostgres(folder, ports);
  }

  /** Those that a killed owner left behind go on when they are whole, and are stopped when not. @param {Folder} folder */
  static async of(folder) {
    const { ports } = folder.state;
    if (ports !== undefined) {
      const servers = new PrivateServers(folder, portsFrom(ports));
      if (servers.database.alive && new RabbitNode(folder, servers.ports).alive) return servers;
      await servers.close();
      if (await areFree(servers.ports)) return servers;
    }
    const base = await freeBlock(folder.hash);
    folder.remember({ ports: base });
    return new PrivateServers(folder, portsFrom(base));
  }

  /** Installs RabbitMQ where there is no other way. */
  get broker() {
    this.#broker ??= privateBroker(this.folder, this.ports);
    return this.#broker;
  }

  /** Without a vhost. */
  get brokerUrl() {
    return brokerUrlOf(this.folder, this.ports);
  }

  get anyAlive() {
    return this.database.alive || this.#broker?.alive === true;
  }

  async startBroker() {
    if (this.broker.alive && (await answers(this.broker.managementUrl))) return;
    await this.broker.stop();
    await this.broker.start();
  }

  /**
   * Without what earlier runs left. Deleting their vhosts is no way: RabbitMQ 3.10 loses its supervisor of dead letters
   * when a vhost goes while its queues are still recovering, and then refuses every quorum queue.
   */
  async startEmptyBroker() {
    await this.broker.stop();
    this.#removeBrokerData();
    await this.broker.start();
  }

  async startDatabase() {
    if (this.database.alive) return;
    await this.database.start();
  }

  async close() {
    const broker = this.#broker ?? new RabbitNode(this.folder, this.ports);
    await Promise.all([broker.stop(), this.database.stop()]);
  }

  async removeData() {
    await this.close();
    this.#removeBrokerData();
    removeData(this.folder);
  }

  #removeBrokerData() {
    this.folder.remove('rabbitmq');
    if (!findRabbit() && dockerAnswers()) new RabbitContainer(this.folder, this.ports).removeData();
  }
}

/** @param {import('./ports.mjs').Ports} ports */
async function areFree(ports) {
  for (const port of Object.values(ports)) if (!(await isFree(port))) return false;
  return true;
}

/**
 * @typedef {object} OpenServers
 * @property {string} folder where it actually is
 * @property {string} brokerUrl of an administrator, without a vhost
 * @property {string} managementUrl with user and password
 * @property {string} postgresUrl of the superuser
 * @property {() => Promise<void>} close
 */

/**
 * A private broker and database server for tests and measurements. Whoever comes second gets a folder beside it, so that
 * two runs never meet.
 * @param {{ folder: string, log?: (line: string) => void, broker?: boolean, database?: boolean }} options
 * @returns {Promise<OpenServers>}
 */
export async function openServers({ folder: path, log = () => undefined, broker = true, database = true }) {
  const folder = claimed(path);
  const servers = await PrivateServers.of(folder);
  const close = async () => {
    await servers.close();
    folder.release();
  };
  try {
    // Both are through before anything is stopped: a start that goes on would leave a process behind.
    const starts = await Promise.allSettled([
      broker && servers.startEmptyBroker().then(() => log(`RabbitMQ: ${servers.broker.title}`)),
      database && servers.startDatabase().then(() => log(`PostgreSQL: ${servers.database.title}`)),
    ]);
    for (const start of starts) if (start.status === 'rejected') throw start.reason;
    if (database) await servers.database.dropDatabases(/^(waybill_test|bench)_/);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    folder: folder.path,
    brokerUrl: servers.brokerUrl,
    managementUrl: broker ? servers.broker.managementUrl : '',
    postgresUrl: servers.database.url,
    close,
  };
}

/** @param {string} path */
function claimed(path) {
  for (let i = 1; i <= 9; i++) {
    const folder = new Folder(i === 1 ? path : `${path}-${i}`);
    if (!folder.claim('npm test')) return folder;
  }
  throw new Trouble(`nine processes use ${path} already`);
}
