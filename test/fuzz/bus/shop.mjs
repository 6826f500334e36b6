import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { add } from './account.mjs';
import { SERVICES } from './targets.mjs';

/**
 * @typedef {import('./targets.mjs').ServiceName} ServiceName
 * @typedef {{ url: string, key: string, databases: Record<ServiceName, string> }} Place
 */

const SKU = 'BUS-FUZZ';
const ANSWER_MS = 20_000;
/** For a good order beside the attacks, on a machine on which much else is going on. */
const CONFIRMED_MS = 60_000;
const AGAIN_MS = 200;

/** The system under attack, as a client and whoever looks into its databases see it. */
export class FuzzedShop {
  /** @type {Record<ServiceName, Set<string>>} */
  #old = { order: new Set(), payment: new Set(), stock: new Set() };

  /** @param {Place} place */
  constructor({ url, key, databases }) {
    this.url = url;
    this.key = key;
    this.pools = new Map(
      SERVICES.map((service) => [service, new pg.Pool({ connectionString: databases[service], max: 1 })]),
    );
  }

  async prepare() {
    const price = { amount: 100, currency: 'EUR' };
    await this.#send('PUT', `/v1/products/${SKU}`, { name: SKU, price });
    await this.#send('POST', `/v1/stock/${SKU}/adjustments`, { delta: 10_000, reason: 'received' });
    for (const service of SERVICES)
      for (const { id } of await this.#letters(service)) this.#old[service].add(id);
  }

  /** Of the good orders, from the request until it was confirmed; in milliseconds. @type {number[]} */
  confirmedAfter = [];

  /** Fails when an order that is as it should be is not confirmed in time: then something has stopped. */
  async order() {
    const begun = performance.now();
    const body = {
      customerId: `fuzz-${this.confirmedAfter.length}`,
      currency: 'EUR',
      lines: [{ sku: SKU, quantity: 1 }],
      payment: { method: 'tok_visa' },
    };
    // Whoever is told that it is not known asks again with the same key, as any client does.
    const headers = { prefer: 'wait=10', 'idempotency-key': randomUUID() };
    for (;;) {
      const last = await this.#send('POST', '/v1/orders', body, headers).catch((error) => error);
      if (last.status === 'confirmed') break;
      if (performance.now() - begun > CONFIRMED_MS)
        throw new Error(`a good order was not confirmed: ${last.message ?? `${last.id} is ${last.status}`}`);
      await pause(AGAIN_MS);
    }
    this.confirmedAfter.push(performance.now() - begun);
  }

  /** Asks the order service, for whoever listens. */
  async ask() {
    await this.#send('GET', '/v1/orders?limit=1');
  }

  /** What has died since, by the bytes of the letter. @param {ServiceName} service @returns {Promise<Map<string, number>>} */
  async letters(service) {
    /** @type {Map<string, number>} */
    const found = new Map();
    for (const { id, digest } of await this.#letters(service))
      if (!this.#old[service].has(id)) add(found, digest, 1);
    return found;
  }

  /** How many of each reason; some give one of their own, which is for no terminal. @param {ServiceName} service @returns {Promise<Record<string, number>>} */
  async reasons(service) {
    const counts = new Map();
    for (const { id, reason } of await this.#letters(service))
      if (!this.#old[service].has(id))
        add(counts, /^[a-z_]{1,20}$/.test(reason) ? reason : 'of their own', 1);
    return Object.fromEntries(counts);
  }

  /** Of the gateway. */
  async lostConnections() {
    const response = await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const lines = (await response.text()).split('\n');
    const counted = lines.filter((line) => line.startsWith('waybill_broker_connections_lost_total'));
    return counted.reduce((all, line) => all + Number(line.split(' ').at(-1)), 0);
  }

  async close() {
    await Promise.all([...this.pools.values()].map((pool) => pool.end()));
  }

  /** @param {ServiceName} service @returns {Promise<{ id: string, reason: string, digest: string }[]>} */
  async #letters(service) {
    const pool = /** @type {pg.Pool} */ (this.pools.get(service));
    return (await pool.query('select id, reason, md5(body) as digest from dead_letters')).rows;
  }

  /** @param {string} method @param {string} path @param {object} [body] @param {Record<string, string>} [headers] @returns {Promise<any>} */
  async #send(method, path, body, headers = {}) {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        'idempotency-key': randomUUID(),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }
}
