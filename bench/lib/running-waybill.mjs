import { HttpClient } from './http-client.mjs';
import { SKUS, stockUp } from './targets.mjs';

/** @typedef {import('./targets.mjs').Target} Target */

const READERS = 16;
const SETTLE_MS = 30_000;

/**
 * A Waybill that runs already, seen only through its API: no CPU by process, and its books are read order by order.
 * @param {{ url: string, apiKey: string }} where
 * @returns {Promise<Target>}
 */
export async function openRunning({ url, apiKey }) {
  await stockUp({ url, apiKey });
  const books = new ApiBooks(url, apiKey);
  const putOnSale = (/** @type {string} */ sku, /** @type {number} */ count) =>
    stockUp({ url, apiKey }, [sku], count);
  return { name: 'waybill', url, apiKey, groups: {}, books, putOnSale, close: async () => undefined };
}

/** @typedef {import('./targets.mjs').Books} Books */
/** @implements {Books} */
class ApiBooks {
  /** @param {string} url @param {string} apiKey */
  constructor(url, apiKey) {
    this.url = url;
    this.headers = `authorization: Bearer ${apiKey}\r\n`;
  }

  /** Every accepted order is confirmed and its payment captured. @param {readonly { id: string }[]} placed */
  async afterRun(placed) {
    const ids = new Set(placed.map(({ id }) => id));
    const doubled = placed.length - ids.size;
    const wrong = await this.#each([...ids], (client, id) => this.#faultOf(client, id));
    return [...(doubled > 0 ? [`${doubled} answers share an order with another one`] : []), ...wrong];
  }

  /** Nothing is held for an order that has ended, once the stock had time to follow. */
  async atEnd() {
    const deadline = Date.now() + SETTLE_MS;
    for (;;) {
      const held = await this.#each(SKUS, async (client, sku) => {
        const { reserved } = await this.#get(client, `/v1/stock/${sku}`);
        return reserved === 0 ? undefined : `${reserved} of ${sku} are still reserved`;
      });
      if (held.length === 0 || Date.now() > deadline) return held;
    }
  }

  /** @param {HttpClient} client @param {string} id */
  async #faultOf(client, id) {
    const order = await this.#get(client, `/v1/orders/${id}`);
    if (order.status !== 'confirmed') return `${id} was accepted and is ${order.status}`;
    const payment = await this.#get(client, `/v1/payments/${order.paymentId}`);
    const paid = payment.status === 'captured' && payment.capturedAmount === order.total.amount;
    return paid ? undefined : `${id} is confirmed, its payment ${payment.status} ${payment.capturedAmount}`;
  }

  /** @param {HttpClient} client @param {string} path */
  async #get(client, path) {
    const { status, body } = await client.send('GET', path, this.headers);
    if (status !== 200) throw new Error(`GET ${path}: HTTP ${status} ${body}`);
    return JSON.parse(body);
  }

  /**
   * @param {readonly string[]} names
   * @param {(client: HttpClient, name: string) => Promise<string | undefined>} check
   */
  async #each(names, check) {
    /** @type {string[]} */
    const faults = [];
    const left = [...names];
    const reader = async () => {
      const client = new HttpClient(this.url);
      for (let name = left.pop(); name !== undefined; name = left.pop()) {
        const fault = await check(client, name);
        if (fault) faults.push(fault);
      }
      client.close();
    };
    await Promise.all(Array.from({ length: READERS }, reader));
    return faults.slice(0, 20);
  }
}
