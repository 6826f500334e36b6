import { freePort, isFree } from '../infra/ports.mjs';
import { isAlive } from '../infra/proc.mjs';
import { stopProcess } from '../infra/process.mjs';
import { say, step, Trouble } from '../infra/say.mjs';
import { prefixOf, readable } from './log-line.mjs';
import { STARTS } from './options.mjs';
import { Service } from './service.mjs';

/** @typedef {import('./options.mjs').Options} Options */
/** @typedef {import('./options.mjs').ProcessName} ProcessName */

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
  /** Until all run, their logs would hide the steps. Warnings don't wait. */
  #quiet = true;

  /** @param {import('../infra/folder.mjs').Folder} folder @param {Options} options @param {NodeJS.ProcessEnv} env */
  constructor(folder, options, env) {
    this.folder = folder;
    this.options = options;
    this.env = env;
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

  async start() {
    for (const name of STARTS) {
      const instances = Array.from({ length: this.options.replicas[name] }, (_, i) => `${name}-${i + 1}`);
      await step(name, async (done) => {
        const services = await Promise.all(instances.map((instance) => this.#startOne(name, instance)));
        done(`${name} is ready on port ${services.map(({ plan }) => plan.port).join(', ')}`);
      });
    }
  }

  /** @param {ProcessName} name @param {string} instance */
  async #startOne(name, instance) {
    for (let attempt = 1; ; attempt++) {
      const service = this.#service(await this.#plan(name, instance));
      this.#services.push(service);
      try {
        await service.start();
        return service;
      } catch (error) {
        // Between our look and its listening somebody else may take the port.
        const isTaken = !(await isFree(service.plan.port));
        if (!isTaken || this.options.port === service.plan.port || attempt === PORT_ATTEMPTS) throw error;
        await service.stop();
        this.#services.splice(this.#services.indexOf(service), 1);
      }
    }
  }

  /** From now on everything that they log is printed. */
  showLogs() {
    this.#quiet = false;
  }

  async stop() {
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

  /** @param {ProcessName} name @param {string} instance @returns {Promise<import('./service.mjs').Plan>} */
  async #plan(name, instance) {
    const port = await this.#portFor(instance, PORTS[name].port);
    const nodeArgs = [...(this.options.watch ? ['--watch'] : []), ...(await this.#inspector(instance))];
    const env = { ...this.env, [PORTS[name].variable]: String(port), INSTANCE: instance };
    return { name, instance, port, nodeArgs, env };
  }

  /** @param {string} instance @param {number} usual */
  async #portFor(instance, usual) {
    const { port } = this.options;
    if (instance !== 'gateway-1' || port === undefined) return this.#freePort(usual);
    if (await isFree(port)) return port;
    throw new Trouble(
      `port ${port} is taken by another program`,
      'leave --port out to get the next free one',
    );
  }

  #taken = new Set();

  /** @param {number} wanted */
  async #freePort(wanted) {
    const port = await freePort(wanted, this.#taken);
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

  /** @param {import('./service.mjs').Plan} plan */
  #service(plan) {
    const prefix = prefixOf(plan.instance, this.#services.length + STARTS.indexOf(plan.name));
    const raw = this.env.NODE_ENV === 'production';
    return new Service(plan, {
      line: (line) => {
        if (!this.#quiet || /"level":"(warn|error|fatal)"/.test(line))
          say(raw ? line : readable(prefix, line));
      },
      spawned: (running) =>
        this.folder.remember({
          services: { ...this.folder.state.services, [plan.instance]: /** @type {any} */ (running) },
        }),
    });
  }
}
