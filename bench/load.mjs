import { randomUUID } from 'node:crypto';
import { closedLoop } from './lib/closed-loop.mjs';
import { HttpClient } from './lib/http-client.mjs';
import { orderBody, orderHeaders } from './lib/order-body.mjs';
import { randomFrom } from './lib/random.mjs';
import { serve } from './lib/worker.mjs';

/**
 * The load generator: places or reads orders over HTTP, as many clients as it is told, each on its own connection, in turn to
 * each of the gateways.
 * @typedef {import('./lib/closed-loop.mjs').Job & {
 *   kind: 'place' | 'read', url: string, apiKey: string, seed: number, skus: readonly string[], ids: readonly string[],
 *   hotSku: boolean, urls?: readonly string[],
 * }} LoadJob
 * @typedef {{ id: string, status: string }} Placed
 */

/** @param {LoadJob} job @param {(open: boolean) => void} window */
async function run(job, window) {
  const { url, urls = [url] } = job;
  const clients = Array.from({ length: job.clients }, (_, i) => new HttpClient(urls[i % urls.length] ?? url));
  /** @type {Placed[]} */
  const placed = [];
  const random = randomFrom(job.seed);
  const call = job.kind === 'place' ? placing(job, random, placed) : reading(job, random);
  try {
    const measured = await closedLoop(job, (i) => call(/** @type {HttpClient} */ (clients[i])), window);
    return { ...measured, placed };
  } finally {
    for (const client of clients) client.close();
  }
}

/**
 * The answer is held until the order has settled.
 * @param {LoadJob} job @param {() => number} random @param {Placed[]} placed
 */
function placing({ apiKey, skus, hotSku }, random, placed) {
  return async (/** @type {HttpClient} */ client) => {
    const headers = orderHeaders(apiKey, randomUUID());
    const body = orderBody(skus, random, hotSku);
    const { status, body: answer } = await client.send('POST', '/v1/orders', headers, body);
    if (status !== 201 && status !== 200) throw new Error(`HTTP ${status} ${typeOf(answer)}`);
    const order = JSON.parse(answer);
    placed.push({ id: order.id, status: order.status });
    if (order.status !== 'confirmed') throw new Error(`the order was answered as ${order.status}`);
  };
}

/** @param {LoadJob} job @param {() => number} random */
function reading({ apiKey, ids }, random) {
  const headers = `authorization: Bearer ${apiKey}\r\n`;
  return async (/** @type {HttpClient} */ client) => {
    const id = ids[Math.floor(random() * ids.length)];
    const { status, body } = await client.send('GET', `/v1/orders/${id}`, headers);
    if (status !== 200) throw new Error(`HTTP ${status} ${typeOf(body)}`);
    if (JSON.parse(body).id !== id) throw new Error('another order was answered');
  };
}

/** The problem's type, for the list of errors. @param {string} body */
function typeOf(body) {
  return /"type":"([^"]*)"/.exec(body)?.[1] ?? body.slice(0, 80);
}

serve({ start: async () => undefined, run, stop: async () => undefined });
