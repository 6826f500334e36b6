import { freePort, isFree } from '../infra/ports.mjs';
import { isAlive } from '../infra/proc.mjs';
import { stopProcess } from '../infra/process.mjs';
import { note, say, step, Trouble } from '../infra/say.mjs';
import { prefixOf, readable } from './log-line.mjs';
import { STARTS } from './options.mjs';
import { Service } from './service.mjs';

/** @typedef {import('./options.mjs').Options} Options */
/** @typedef {import('./options.mjs').ProcessName} ProcessName */
/** @typedef {import('./service.mjs').Plan} Plan */

/** @type {Record<ProcessName, { variable: string, port: number }>} */
const PORTS = {
  gateway: { variable: 'PORT', port: 3000 },
  order: { variable: 'ORDER_PORT', port: 3001 },
  payment: { variable: 'PAYMENT_PORT', port: 3002 },
  stock: { variable: 'STOCK_PORT', port: 3003 },
};
const FIRST_INSPECTOR = 9229;
const PORT_ATTEMPTS = 3;

/** The processes of Waybill, from the first to start to the last. */
export class Services {
  /** @type {Service[]} */
  #services = [];
  /** Until all run, their logs would hide the steps; who fails to start shows its last lines. */
  #quiet = true;
  #stopping = false;
  /** @type {Partial<Record<string, string>>} */
  #brokerUrls = {};

  /** @param {import('../infra/folder.mjs').Folder} folder @param {Options} options @param {NodeJS.ProcessEnv} env */
  constructor(folder, options, env) {
    this.folder = folder;
    this.options = options;
    this.env = env;
  }

  /** Before anything is started for nothing. */
  async checkPort() {
    const { port } = this.options;
    if (port === undefined || (await isFree(port))) return;
    throw new Trouble(
      `port ${port} is taken by another program`,
      'leave --port out to get the next free one',
    );
  }

  /** Those of a start that was killed have nobody who restarts or stops them. */
  async stopLeftovers() {
    const left = Object.values(this.folder.state.services ?? {}).filter(isAlive);
    if (left.length > 0) {
      await step(`${left.length} processes of a killed start stopped`, () =>
        Promise.all(left.map((running) => stopProcess(running, { graceMs: 10_000 }))),
      );
    }
    this.folder.remember({ services: {} });
  }

  /**
   * They load their code side by side, which takes most of their start; each is awaited in its turn.
   * @param {Partial<Record<string, string>>} brokerUrls of processes that have a user of the broker of their own
   */
  async start(brokerUrls) {
    this.#brokerUrls = brokerUrls;
    const begun = Date.now();
    const starting = (await this.#plans()).map((plan) => ({
      name: plan.name,
      service: this.#startOne(plan),
    }));
    for (const { service } of starting) service.catch(() => undefined);
    for (const name of STARTS) {
      const replicas = starting.filter((one) => one.name === name);
      const ready = async (/** @type {(outcome: string) => void} */ done) => {
        const services = await Promise.all(replicas.map(({ service }) => service));
        done(`${name} is ready on port ${services.map(({ plan }) => plan.port).join(', ')}`);
      };
      await step(name, ready, begun);
    }
  }

  async #plans() {
    const plans = [];
    for (const name of STARTS) {
      for (let i = 1; i <= this.options.replicas[name]; i++)
        plans.push(await this.#plan(name, `${name}-${i}`));
    }
    // The sandbox provider tells the first gateway; should that get another port after all, it is asked instead.
    const gateway = plans.find(({ name }) => name === 'gateway');
    const webhooks = `http://127.0.0.1:${gateway?.port}/v1/webhooks/sandbox`;
    for (const { name, env } of plans) if (name === 'payment') env.SANDBOX_WEBHOOK_URL ??= webhooks;
    return plans;
  }

  /** @param {Plan} plan */
  async #startOne(plan) {
    for (let attempt = 1; ; attempt++) {
      const service = this.#service(plan);
      this.#services.push(service);
      try {
        await service.start();
        return service;
      } catch (error) {
        // Between our look and its listening somebody else may take the port, if only to look himself.
        const isTaken = /EADDRINUSE/.test(String(error)) && this.options.port !== plan.port;
        if (this.#stopping || !isTaken || attempt === PORT_ATTEMPTS) throw error;
        note(`port ${plan.port} was taken meanwhile; ${plan.instance} gets another one`);
        await service.stop();
        this.#services.splice(this.#services.indexOf(service), 1);
        plan = await this.#plan(plan.name, plan.instance, this.#ownRange);
      }
    }
  }

  /** From now on everything that they log is printed. */
  showLogs() {
    this.#quiet = false;
  }

  async stop() {
    this.#stopping = true;
    for (const name of [...STARTS].reverse()) {
      const services = this.#services.filter(({ plan }) => plan.name === name);
      if (services.length > 0)
        await step(`${name} stopped`, () => Promise.all(services.map((service) => service.stop())));
    }
    this.folder.remember({ services: {} });
  }

  /** Of the first gateway. */
  get url() {
    return this.#services.find(({ plan }) => plan.name === 'gateway')?.url ?? '';
  }

  /** For one more process of each kind, started by hand. */
  async nextPorts() {
    /** @type {Record<string, string>} */
    const ports = {};
    for (const { variable, port } of Object.values(PORTS))
      ports[variable] = String(await this.#freePort(port));
    return ports;
  }

  /** Two checkouts that start together step around each other, and must not meet again there. */
  get #ownRange() {
    return 100 + (Number.parseInt(this.folder.hash, 16) % 500) * 10;
  }

  /** @param {ProcessName} name @param {string} instance @param {number} [shift] @returns {Promise<Plan>} */
  async #plan(name, instance, shift = 0) {
    const port = await this.#portFor(instance, PORTS[name].port + shift);
    const nodeArgs = [...(this.options.watch ? ['--watch'] : []), ...(await this.#inspector(instance))];
    const url = this.#brokerUrls[name];
    const env = {
      ...this.env,
      ...(url && { RABBITMQ_URL: url }),
      [PORTS[name].variable]: String(port),
      INSTANCE: instance,
    };
    return { name, instance, port, nodeArgs, env };
  }

  /** @param {string} instance @param {number} usual */
  async #portFor(instance, usual) {
    const { port } = this.options;
    return instance === 'gateway-1' && port !== undefined ? port : this.#freePort(usual);
  }

  #taken = new Set();

  /** @param {number} wanted @returns {Promise<number>} */
  async #freePort(wanted) {
    const port = await freePort(wanted, this.#taken);
    if (this.#taken.has(port)) return this.#freePort(wanted);
    this.#taken.add(port);
    return port;
  }

  /** @param {string} instance */
  async #inspector(instance) {
    if (!this.options.inspect) return [];
    const port = await this.#freePort(FIRST_INSPECTOR);
    say(`  debugger of ${instance}: 127.0.0.1:${port}`);
    return [`--inspect=127.0.0.1:${port}`];
  }

  /** @param {Plan} plan */
  #service(plan) {
    const prefix = prefixOf(plan.instance, this.#services.length + STARTS.indexOf(plan.name));
    const raw = this.env.NODE_ENV === 'production';
    return new Service(plan, {
      line: (line) => {
        if (!this.#quiet) say(raw ? line : readable(prefix, line));
      },
      spawned: (running) =>
        this.folder.remember({
          services: { ...this.folder.state.services, [plan.instance]: /** @type {any} */ (running) },
        }),
    });
  }
}
