import { dim, green, say, step, Trouble } from '../infra/say.mjs';

/** @type {readonly { sku: string, name: string, amount: number, quantity: number }[]} */
const CATALOGUE = [
  { sku: 'TEA-001', name: 'Sencha, 100 g', amount: 1_999, quantity: 500 },
  { sku: 'TEA-002', name: 'Darjeeling, 250 g', amount: 2_490, quantity: 200 },
  { sku: 'POT-001', name: 'Cast iron teapot', amount: 8_900, quantity: 40 },
  { sku: 'CUP-001', name: 'Porcelain cup', amount: 1_250, quantity: 300 },
  { sku: 'TIN-001', name: 'Storage tin', amount: 750, quantity: 1_000 },
  { sku: 'LAST-001', name: 'The last ten of a series', amount: 4_200, quantity: 10 },
];
const CURRENCY = 'EUR';
const CALL_MS = 20_000;

/** The API as any client would use it. */
export class Demo {
  /** @param {string} url @param {string} apiKey */
  constructor(url, apiKey) {
    this.url = url;
    this.apiKey = apiKey;
  }

  async run() {
    await step('Demo catalogue loaded', (done) => this.#load(done));
    const order = await step('Demo order placed', (done) => this.#place(done));
    const { data } = await this.#call('GET', `/v1/orders/${order.id}/timeline`);
    for (const line of timelineLines(data)) say(`    ${line}`);
  }

  /** What is in stock is left as it is. @param {(outcome: string) => void} done */
  async #load(done) {
    let loaded = 0;
    for (const { sku, name, amount, quantity } of CATALOGUE) {
      const level = await this.#call('GET', `/v1/stock/${sku}`, { allow: 404 });
      if (level.onHand > 0) continue;
      await this.#call('PUT', `/v1/products/${sku}`, {
        body: { name, price: { amount, currency: CURRENCY } },
      });
      // The same key at every start: goods are received once.
      const headers = { 'idempotency-key': `demo-catalogue-${sku}` };
      const body = { delta: quantity, reason: 'received' };
      await this.#call('POST', `/v1/stock/${sku}/adjustments`, { body, headers });
      loaded++;
    }
    if (loaded === 0) done('Demo catalogue is there already');
  }

  /** @param {(outcome: string) => void} done */
  async #place(done) {
    const lines = [{ sku: 'TEA-001', quantity: 2 }];
    const body = { customerId: 'cus_demo', currency: CURRENCY, lines, payment: { method: 'tok_visa' } };
    const headers = { 'idempotency-key': `demo-order-${new Date().toISOString()}`, prefer: 'wait=10' };
    const order = await this.#call('POST', '/v1/orders', { body, headers });
    if (order.status !== 'confirmed') {
      throw new Trouble(`the demo order is ${order.status}: ${JSON.stringify(order.reason)}`);
    }
    done(`Demo order ${order.id} is confirmed`);
    return order;
  }

  /**
   * @param {string} method @param {string} path
   * @param {{ body?: object, headers?: Record<string, string>, allow?: number }} [options]
   * @returns {Promise<any>}
   */
  async #call(method, path, { body, headers = {}, allow } = {}) {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.apiKey}`, 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_MS),
    });
    const text = await response.text();
    if (!response.ok && response.status !== allow) {
      throw new Trouble(`${method} ${path} was answered with ${response.status}: ${text}`);
    }
    return JSON.parse(text);
  }
}

/**
 * Each step with the time since the first.
 * @param {readonly { at: string, to: string, cause: string, service: string }[]} entries
 */
export function timelineLines(entries) {
  const begun = Date.parse(entries[0]?.at ?? '');
  return entries.map(({ at, to, cause, service }) => {
    const elapsed = `+${Date.parse(at) - begun} ms`.padStart(9);
    return `${dim(elapsed)}  ${green(to.padEnd(18))} ${cause.padEnd(26)} ${dim(`from ${service}`)}`;
  });
}
