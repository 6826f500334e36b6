import { randomUUID } from 'node:crypto';
import { HttpClient } from './lib/http-client.mjs';
import { orderBody, orderHeaders } from './lib/order-body.mjs';
import { randomFrom } from './lib/random.mjs';
import { serve } from './lib/worker.mjs';

/**
 * Places a number of orders as fast as they are taken, and waits for none of them to settle.
 * @typedef {{ url: string, apiKey: string, skus: readonly string[], seed: number, clients: number, orders: number }} BacklogJob
 */

/** How often a client that is refused asks again. */
const AGAIN_MS = 20;
const MOST_REFUSALS = 100_000;

/** @param {BacklogJob} job @returns {Promise<{ placed: { id: string, status: string }[], refusals: number }>} */
async function run({ url, apiKey, skus, seed, clients, orders }) {
  const random = randomFrom(seed);
  /** @type {{ id: string, status: string }[]} */
  const placed = [];
  let left = orders;
  let refusals = 0;
  const place = async (/** @type {HttpClient} */ client) => {
    const key = randomUUID();
    const headers = orderHeaders(apiKey, key, { wait: false });
    const text = orderBody(skus, random);
    for (;;) {
      const { status, body } = await client.send('POST', '/v1/orders', headers, text);
      if (status < 300) {
        const order = JSON.parse(body);
        placed.push({ id: order.id, status: order.status });
        return;
      }
      if (status !== 503 || ++refusals > MOST_REFUSALS) throw new Error(`HTTP ${status} ${body}`);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  };
  const loop = async () => {
    const client = new HttpClient(url);
    try {
      while (left-- > 0) await place(client);
    } finally {
      client.close();
    }
  };
  await Promise.all(Array.from({ length: clients }, loop));
  return { placed, refusals };
}

serve({ start: async () => undefined, run, stop: async () => undefined });
