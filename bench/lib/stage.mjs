import { openFlaskStyle } from './flask-style.mjs';
import { Infra } from './infra.mjs';
import { openRunning } from './running-waybill.mjs';
import { openServers } from './servers.mjs';
import { ON_HAND, openMonolith, openWaybill, SKUS } from './targets.mjs';
import { Worker } from './worker.mjs';

/** @typedef {import('./targets.mjs').Target} Target @typedef {import('./targets.mjs').WaybillTarget} WaybillTarget */

/** Everything that a bench needs, opened when it is first asked for and closed the other way round. */
export class Stage {
  /** @type {(() => Promise<unknown>)[]} */
  #closers = [];
  /** @type {Map<string, Promise<any>>} */
  #open = new Map();
  /** @type {Promise<void> | undefined} */
  #closed;

  /** @param {{ env: NodeJS.ProcessEnv, progress: import('./compare.mjs').Progress, settings?: import('./servers.mjs').Settings }} options */
  constructor({ env, progress, settings = {} }) {
    this.env = env;
    this.progress = progress;
    this.settings = settings;
  }

  #servers() {
    return this.#once('broker and database', async () => {
      const servers = await openServers(this.env, this.settings);
      this.#closers.push(() => servers.close());
      return servers;
    });
  }

  /** What all contenders share. @returns {Promise<Infra>} */
  infra() {
    return this.#once('vhosts and databases', () => this.#ownInfra());
  }

  async #ownInfra() {
    const infra = new Infra(await this.#servers());
    this.#closers.push(() => infra.close());
    return infra;
  }

  /**
   * Broker and database server, for the CPU: of a target only those of its processes that work for its databases.
   * @param {object} [target] @returns {Promise<import('./processes.mjs').Groups>}
   */
  async shared(target) {
    const infra = target && 'infra' in target ? /** @type {Infra} */ (target.infra) : await this.infra();
    return this.#once(`processes of ${infra.name}`, () => infra.processes());
  }

  /** @returns {Promise<Target>} */
  monolith() {
    return this.#once('the monolith', async () => this.#closing(await openMonolith(await this.infra())));
  }

  /** @returns {Promise<Target>} */
  flaskStyle() {
    const shelves = { skus: SKUS, onHand: ON_HAND };
    return this.#once('three services without a store', async () =>
      this.#closing(await openFlaskStyle(shelves)),
    );
  }

  /** The one that runs already if the environment names it, else one of our own. @returns {Promise<Target>} */
  waybill() {
    const { WAYBILL_URL: url, WAYBILL_API_KEY: apiKey } = this.env;
    return this.#once('Waybill', async () => {
      if (url && apiKey) return openRunning({ url, apiKey });
      return this.#closing(await openWaybill(await this.infra()));
    });
  }

  /** One more, beside the others. @param {import('./targets.mjs').Shape} [shape] @returns {Promise<WaybillTarget>} */
  async anotherWaybill(shape) {
    return this.#closing(await openWaybill(await this.#ownInfra(), shape));
  }

  /** Where counters and tables are looked at, which an API does not give. @returns {Promise<WaybillTarget>} */
  async ownWaybill() {
    const target = await this.waybill();
    if (!('stack' in target)) throw new Error('this bench needs a Waybill of its own: unset WAYBILL_URL');
    return /** @type {WaybillTarget} */ (target);
  }

  /** @returns {Promise<Worker>} */
  load() {
    return this.#once('the load generator', () => this.worker('load.mjs', {}));
  }

  /** @returns {Promise<Worker>} */
  flood() {
    return this.#once('the open loop', () => this.worker('flood.mjs', {}));
  }

  /** @returns {Promise<Worker>} */
  backlog() {
    return this.#once('who does not wait', () => this.worker('backlog.mjs', {}));
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

  /** Once: who is interrupted closes, and so does the run that fails of it, which must not end before. */
  close() {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll() {
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
