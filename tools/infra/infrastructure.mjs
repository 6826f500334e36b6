import { checkBroker } from './broker.mjs';
import { applyBrokerUsers, byRole } from './broker-users.mjs';
import { buildIfChanged } from './build.mjs';
import {
  accessFrom,
  checkDatabase,
  closeOtherDatabases,
  migrationVariableOf,
  openDatabases,
  SERVICES,
  variableOf,
} from './databases.mjs';
import { SANDBOX_BOOKS } from './environment.mjs';
import { migrateAll } from './migrations.mjs';
import { USER, VHOST } from './rabbitmq-server.mjs';
import { note, shown, step } from './say.mjs';
import { PrivateServers } from './servers.mjs';
import { stop } from './stopping.mjs';

/** @typedef {import('./databases.mjs').Databases} Databases */
/**
 * @typedef {object} Broker
 * @property {string} url of an administrator; of whoever was given, when it is not ours
 * @property {Partial<Record<string, string>>} urls by process, when each has a user of its own
 * @property {string} [managementUrl] @property {string} title
 */

/** Broker and databases of development: those of the environment, else private ones. */
export class Infrastructure {
  /** @type {PrivateServers | undefined} */
  #private;
  /** @type {Promise<Broker> | undefined} */
  #broker;

  /** @param {import('./folder.mjs').Folder} folder @param {NodeJS.Dict<string>} env */
  constructor(folder, env) {
    this.folder = folder;
    this.env = env;
  }

  /** Up, migrated, and each step told. @param {{ fresh?: boolean }} [options] */
  async open(options = {}) {
    try {
      return await this.#open(options);
    } catch (error) {
      // Nobody waits for a broker that is still booting.
      stop('a step has failed');
      throw error;
    }
  }

  /** @param {{ fresh?: boolean }} options */
  async #open({ fresh = false }) {
    this.#private = await PrivateServers.of(this.folder);
    if (fresh) await step('Old data removed', () => this.#removeData());
    const begun = Date.now();
    // A broker takes seconds to boot; all that does not need it is done meanwhile.
    this.#broker = this.#openBroker();
    this.#broker.catch(() => undefined);
    const databases = await step('PostgreSQL', (done) => this.#openDatabases(done));
    await step('Services built', async (done) => {
      if (!(await buildIfChanged())) done('Services are built already');
    });
    await step('Databases migrated', async (done) => {
      const applied = await migrateAll(databases);
      done(applied.length > 0 ? `Databases migrated (${applied.length} new)` : 'Databases are up to date');
    });
    const broker = await step(
      'RabbitMQ',
      async (done) => {
        const opened = await /** @type {Promise<Broker>} */ (this.#broker);
        done(`RabbitMQ: ${opened.title}`);
        return { ...opened, urls: await this.#brokerUsers(opened) };
      },
      begun,
    );
    return { broker, databases };
  }

  async close() {
    await Promise.allSettled([this.#broker]);
    const servers = this.#private;
    if (servers?.anyAlive) await step('Broker and databases stopped', () => servers.close());
    else await servers?.close();
  }

  async #removeData() {
    await this.servers.removeData();
    this.folder.remove(SANDBOX_BOOKS);
    if (this.env.RABBITMQ_URL || this.env.DATABASE_URL)
      note('a broker or database given by URL keeps its data');
  }

  get servers() {
    return /** @type {PrivateServers} */ (this.#private);
  }

  /** @returns {Promise<Broker>} */
  async #openBroker() {
    const given = this.env.RABBITMQ_URL;
    if (given) {
      await checkBroker(this.env);
      return { url: given, urls: {}, title: `that of RABBITMQ_URL, ${shown(given)}` };
    }
    await this.servers.startBroker();
    const { title, managementUrl } = this.servers.broker;
    return { url: `${this.servers.brokerUrl}/${VHOST}`, urls: {}, managementUrl, title };
  }

  /** On a broker of ours every process has a user of its own, as in production. @param {Broker} broker */
  async #brokerUsers({ url, managementUrl }) {
    if (!managementUrl) return {};
    // Made by the build that has come before.
    const messaging = await import('#messaging');
    const passwords = byRole(messaging, (role) => this.folder.secret(`rabbitmq_${role}`));
    await applyBrokerUsers(managementUrl, { vhost: VHOST, passwords }, messaging);
    const urlOf = (/** @type {import('#messaging').Role} */ role) =>
      Object.assign(new URL(url), { username: messaging.userOf(VHOST, role), password: passwords[role] })
        .href;
    return byRole(messaging, urlOf);
  }

  /** @param {(outcome: string) => void} done @returns {Promise<Databases>} */
  async #openDatabases(done) {
    const given = SERVICES.filter((service) => this.env[variableOf(service)]);
    for (const service of given) {
      const { url, migrationUrl } = accessFrom(this.env, service);
      await checkDatabase(variableOf(service), url);
      if (migrationUrl) await checkDatabase(migrationVariableOf(service), migrationUrl);
    }
    const made = given.length < SERVICES.length ? await this.#openServer(done) : {};
    if (given.length > 0) done(`PostgreSQL: ${given.map(variableOf).join(', ')} of the environment`);
    const own = Object.fromEntries(given.map((service) => [service, accessFrom(this.env, service)]));
    return /** @type {Databases} */ ({ ...made, ...own });
  }

  /** @param {(outcome: string) => void} done */
  async #openServer(done) {
    const given = this.env.DATABASE_URL;
    if (given) {
      const urls = await openDatabases(given);
      done(`PostgreSQL: the server of DATABASE_URL, ${shown(given)}`);
      return urls;
    }
    const { database } = this.servers;
    await this.servers.startDatabase();
    await closeOtherDatabases(database.url);
    done(`PostgreSQL: ${database.title}`);
    return openDatabases(database.url);
  }
}

/**
 * What services need to know of it; whoever owns their databases is nothing that they are told.
 * @param {{ broker: Broker, databases: Databases }} opened
 * @returns {NodeJS.Dict<string>}
 */
export const variablesOf = ({ broker, databases }) => ({
  RABBITMQ_URL: broker.url,
  ...Object.fromEntries(SERVICES.map((service) => [variableOf(service), databases[service].url])),
  ...Object.fromEntries(SERVICES.map((service) => [migrationVariableOf(service), undefined])),
});

/** The same and what npm run db:migrate needs besides. @param {{ broker: Broker, databases: Databases }} opened */
export const allVariablesOf = (opened) => ({
  ...variablesOf(opened),
  ...Object.fromEntries(
    SERVICES.map((service) => [migrationVariableOf(service), opened.databases[service].migrationUrl]),
  ),
});

/** Where people look into the broker. @param {Broker} broker */
export function managementOf({ managementUrl }) {
  if (!managementUrl) return undefined;
  const { origin, password } = new URL(managementUrl);
  return { url: origin, user: USER, password };
}
