import { Infra } from './infra.mjs';
import { openRunning } from './running-waybill.mjs';
import { openServers } from './servers.mjs';
import { openMonolith, openWaybill } from './targets.mjs';
import { Worker } from './worker.mjs';

/** @typedef {import('./targets.mjs').Target} Target */

/** Everything that a bench needs, opened when it is first asked for and closed the other way round. */
export class Stage {
  /** @type {(() => Promise<unknown>)[]} */
  #closers = [];
  /** @type {Map<string, Promise<any>>} */
  #open = new Map();

  /** @param {{ env: NodeJS.ProcessEnv, progress: import('./compare.mjs').Progress }} options */
  constructor({ env, progress }) {
    this.env = env;
    this.progress = progress;
  }

  /** @returns {Promise<Infra>} */
  infra() {
    return this.#once('broker and database', async () => {
      const servers = await openServers(this.env);
      const infra = new Infra(servers);
      this.#closers.push(
        () => servers.close(),
        () => infra.close(),
      );
      return infra;
    });
  }

  /** Broker and database server, for the CPU. @returns {Promise<import('./processes.mjs').Groups>} */
  shared() {
    return this.#once('their processes', async () => (await this.infra()).processes());
  }

  /** @returns {Promise<Target>} */
  monolith() {
    return this.#once('the monolith', async () => this.#closing(await openMonolith(await this.infra())));
  }

  /** The one that runs already if the environment names it, else one of our own. @returns {Promise<Target>} */
  waybill() {
    const { WAYBILL_URL: url, WAYBILL_API_KEY: apiKey } = this.env;
    return this.#once('Waybill', async () => {
      if (url && apiKey) return openRunning({ url, apiKey });
      return this.#closing(await openWaybill(await this.infra()));
    });
  }

  /** @returns {Promise<Worker>} */
  load() {
    return this.#once('the load generator', () => this.worker('load.mjs', {}));
  }

  /** @returns {Promise<Worker>} */
  flood() {
    return this.#once('the open loop', () => this.worker('flood.mjs', {}));
  }

  /** @returns {Promise<string>} URL of the vhost for contenders that are only a broker's clients */
  vhost() {
    return this.#once('a vhost', async () => (await this.infra()).vhost('raw'));
  }

  /** @param {string} script @param {object} config @returns {Promise<Worker>} */
  async worker(script, config) {
    const worker = await Worker.start(script, config);
    this.#closers.push(() => worker.stop());
    return worker;
  }

  async close() {
    for (const close of this.#closers.splice(0).reverse()) {
      await close().catch((error) => this.progress.done(`while closing: ${error.message}`));
    }
  }

  /** @template {Target} T @param {T} target @returns {T} */
  #closing(target) {
    this.#closers.push(() => target.close());
    return target;
  }

  /** @template T @param {string} what @param {() => Promise<T>} open @returns {Promise<T>} */
  #once(what, open) {
    let opened = this.#open.get(what);
    if (!opened) {
      this.progress.start(`opening ${what}`);
      opened = open();
      this.#open.set(what, opened);
    }
    return opened;
  }
}
