import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import { serve } from './lib/worker.mjs';

/**
 * Three small services over HTTP, each with what it knows in a variable: the kind of sample that this project descends from,
 * which was written with Flask. Nothing is stored, nothing is repeated, and between a look at the stock and its update anybody
 * else may look, too. Each runs as a process of its own.
 * @typedef {{ role: 'stock' | 'payment' | 'order', urls?: Record<'stock' | 'payment', string>, levels?: Record<string, number> }} Config
 */

const api = fastify({ logger: false });

const ROLES = {
  /** @param {Config} config */
  stock({ levels = {} }) {
    const onHand = new Map(Object.entries(levels));
    api.get('/stock/:sku', (request) => ({ onHand: onHand.get(skuOf(request)) ?? 0 }));
    api.put('/stock/:sku', (request) => {
      onHand.set(skuOf(request), /** @type {{ onHand: number }} */ (request.body).onHand);
      return {};
    });
  },
  payment() {
    api.post('/payments', async () => ({ id: randomUUID(), status: 'captured' }));
  },
  /** @param {Config} config */
  order({ urls }) {
    const { stock, payment } = /** @type {Record<'stock' | 'payment', string>} */ (urls);
    /** @type {Map<string, object>} */
    const orders = new Map();
    api.post('/v1/orders', async (request, reply) => {
      const { lines } = /** @type {{ lines: { sku: string, quantity: number }[] }} */ (request.body);
      const left = [];
      for (const { sku, quantity } of lines) {
        const { onHand } = await call('GET', `${stock}/stock/${sku}`);
        if (onHand < quantity) return reply.code(409).send({ type: 'out-of-stock' });
        left.push({ sku, onHand: onHand - quantity });
      }
      const { id: paymentId } = await call('POST', `${payment}/payments`, { lines });
      for (const { sku, onHand } of left) await call('PUT', `${stock}/stock/${sku}`, { onHand });
      const order = { id: randomUUID(), status: 'confirmed', paymentId, lines };
      orders.set(order.id, order);
      return reply.code(201).send(order);
    });
    api.get('/v1/orders/:id', (request) => orders.get(/** @type {{ id: string }} */ (request.params).id));
  },
};

/** @param {import('fastify').FastifyRequest} request */
const skuOf = (request) => /** @type {{ sku: string }} */ (request.params).sku;

/** @param {string} method @param {string} url @param {object} [body] @returns {Promise<any>} */
async function call(method, url, body) {
  const sent = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(url, { method, ...sent });
  if (!response.ok) throw new Error(`${method} ${url}: HTTP ${response.status}`);
  return response.json();
}

serve({
  /** @param {Config} config */
  async start(config) {
    ROLES[config.role](config);
    return { url: await api.listen({ host: '127.0.0.1', port: 0 }) };
  },
  stop: () => api.close(),
});
