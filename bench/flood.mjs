import { randomUUID } from 'node:crypto';
import { setPriority } from 'node:os';
import { HttpClient } from './lib/http-client.mjs';
import { openLoop } from './lib/open-loop.mjs';
import { orderBody, orderHeaders } from './lib/order-body.mjs';
import { randomFrom } from './lib/random.mjs';
import { serve } from './lib/worker.mjs';

/**
 * Orders at a constant rate, however many are under way: a client with a connection of its own for each.
 * @typedef {{ url: string, apiKey: string, skus: readonly string[], seed: number, steps: import('./lib/open-loop.mjs').Step[] }} FloodJob
 */

/** @param {FloodJob} job */
async function run({ url, apiKey, skus, seed, steps }) {
  /** @type {HttpClient[]} */
  const idle = [];
  /** @type {Set<HttpClient>} */
  const all = new Set();
  /** @type {{ id: string, status: string }[]} */
  const placed = [];
  const random = randomFrom(seed);
  const call = async () => {
    const client = idle.pop() ?? new HttpClient(url);
    all.add(client);
    const headers = orderHeaders(apiKey, randomUUID());
    const { status, body } = await client.send('POST', '/v1/orders', headers, orderBody(skus, random));
    idle.push(client);
    if (status === 503 || status === 429) return 'refused';
    if (status !== 201) return `HTTP ${status}`;
    const order = JSON.parse(body);
    placed.push({ id: order.id, status: order.status });
    return order.status;
  };
  try {
    return { ended: await openLoop(steps, call), placed };
  } finally {
    for (const client of all) client.close();
  }
}

/**
 * It stands for clients on other machines: what it waits for the processor would be counted as ours. As the gateway does,
 * where it may.
 */
async function start() {
  try {
    setPriority(-10);
  } catch {
    // Not root: the results say so by being worse.
  }
}

serve({ start, run, stop: async () => undefined });
