import { hash } from 'node:crypto';
import fastify from 'fastify';
import pg from 'pg';
import { serve } from './lib/worker.mjs';
import { bodySchema, orderSchema } from './monolith/api.mjs';
import { findOrder, placeOrder, Refused } from './monolith/orders.mjs';

/**
 * The peer: one Fastify + pg process, one SQL transaction per order, doing the same job with the same durability and
 * without anything between the services, because there is only one.
 */

const POOL_SIZE = 16;

/** The same stable plans as Waybill's services have: a plan made on an empty table would scan it for ever. */
const STABLE_PLANS =
  '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';

/** @type {pg.Pool} */
let pool;
/** @type {import('fastify').FastifyInstance} */
let app;

serve({
  /** @param {{ databaseUrl: string, apiKey: string }} config */
  async start({ databaseUrl, apiKey }) {
    pool = new pg.Pool({
      connectionString: databaseUrl,
      max: POOL_SIZE,
      options: STABLE_PLANS,
      idleTimeoutMillis: 0,
      application_name: 'monolith',
    });
    pool.on('error', () => undefined);
    app = server(apiKey);
    return { url: await app.listen({ host: '127.0.0.1', port: 0 }), pid: process.pid };
  },
  async stop() {
    await app?.close();
    await pool?.end();
  },
});

/** @param {string} apiKey */
function server(apiKey) {
  const digest = hash('sha256', apiKey, 'hex');
  const api = fastify({ logger: false });

  api.addHook('onRequest', async (request) => {
    const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (hash('sha256', key, 'hex') !== digest) throw new Refused(401, 'unauthorized');
  });

  api.setErrorHandler((/** @type {any} */ error, _request, reply) => {
    const status = error.statusCode ?? 500;
    reply.code(status).type('application/problem+json');
    return { type: `/problems/${error.code ?? 'internal-error'}`, status, title: error.message };
  });

  api.post(
    '/v1/orders',
    { schema: { body: bodySchema, response: { 201: orderSchema } } },
    async (request, reply) => {
      const key = request.headers['idempotency-key'];
      if (typeof key !== 'string') throw new Refused(400, 'idempotency-key-missing');
      const { order, replayed } = await placeOrder(pool, key, /** @type {any} */ (request.body));
      reply.code(201).header('location', `/v1/orders/${order.id}`).header('preference-applied', 'wait');
      if (replayed) reply.header('idempotency-replayed', 'true');
      return order;
    },
  );

  api.get('/v1/orders/:id', { schema: { response: { 200: orderSchema } } }, async (request, reply) => {
    const order = await findOrder(pool, /** @type {{ id: string }} */ (request.params).id);
    if (!order) throw new Refused(404, 'order-not-found');
    reply.header('etag', `"${order.version}"`);
    return order;
  });
  return api;
}
