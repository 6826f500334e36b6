import { randomUUID } from 'node:crypto';
import { closedLoop } from './lib/closed-loop.mjs';
import { HttpClient } from './lib/http-client.mjs';
import { randomFrom } from './lib/random.mjs';
import { serve } from './lib/worker.mjs';

/**
 * The load generator: places or reads orders over HTTP, as many clients as it is told, each on its own connection.
 * @typedef {import('./lib/closed-loop.mjs').Job & {
 *   kind: 'place' | 'read', url: string, apiKey: string, seed: number, skus: readonly string[], ids: readonly string[],
 * }} LoadJob
 * @typedef {{ id: string, status: string }} Placed
 */

/** @param {LoadJob} job @param {(open: boolean) => void} window */
async function run(job, window) {
  const clients = Array.from({ length: job.clients }, () => new HttpClient(job.url));
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
 * An order of one or two lines, paid by a card that is accepted; the answer is held until it has settled.
 * @param {LoadJob} job @param {() => number} random @param {Placed[]} placed
 */
function placing({ apiKey, skus }, random, placed) {
  const headers = `authorization: Bearer ${apiKey}\r\nprefer: wait=10\r\nidempotency-key: `;
  const start = '{"customerId":"cus_bench","currency":"EUR","payment":{"method":"tok_visa"},"lines":[';
  return async (/** @type {HttpClient} */ client) => {
    const body = `${start}${linesOf(skus, random)}]}`;
    const { status, body: answer } = await client.send(
      'POST',
      '/v1/orders',
      `${headers}${randomUUID()}\r\n`,
      body,
    );
    if (status !== 201 && status !== 200) throw new Error(`HTTP ${status} ${typeOf(answer)}`);
    const order = JSON.parse(answer);
    placed.push({ id: order.id, status: order.status });
    if (order.status !== 'confirmed') throw new Error(`the order was answered as ${order.status}`);
  };
}

/** @param {readonly string[]} skus @param {() => number} random */
function linesOf(skus, random) {
  const first = Math.floor(random() * skus.length);
  const line = (/** @type {number} */ index) =>
    `{"sku":"${skus[index]}","quantity":${1 + Math.floor(random() * 3)}}`;
  if (random() < 0.5 || skus.length === 1) return line(first);
  const second = (first + 1 + Math.floor(random() * (skus.length - 1))) % skus.length;
  return `${line(first)},${line(second)}`;
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
