import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { OPERATIONS, type ProviderCall } from '../provider.js';
import { FAULT_KINDS, type Fault } from './faults.js';
import { pages } from './pages.client.js';
import { type Reaction, type SandboxProvider } from './provider-server.js';

const text = { type: 'string', minLength: 1, maxLength: 200 } as const;

const CALL = {
  type: 'object',
  required: ['operation', 'paymentId', 'amount', 'currency', 'method'],
  properties: {
    operation: { enum: OPERATIONS },
    paymentId: text,
    chargeId: { ...text, nullable: true },
    amount: { type: 'integer', minimum: 1 },
    currency: text,
    method: text,
  },
} as const;

const FAULT = {
  type: 'object',
  required: ['kind'],
  additionalProperties: false,
  properties: {
    kind: { enum: FAULT_KINDS },
    operation: { enum: [...OPERATIONS, 'get'] },
    paymentId: text,
    times: { type: 'integer', minimum: 1 },
    ms: { type: 'integer', minimum: 0, maximum: 600_000 },
    code: text,
    by: { type: 'integer' },
  },
} as const;

const KEY = {
  type: 'object',
  required: ['idempotency-key'],
  properties: { 'idempotency-key': text },
} as const;

/**
 * POST /operations with an Idempotency-Key · GET /operations/{key} · GET /ledger, the books ·
 * /sandbox/actions/{payment}, the page for its customer · POST /faults plans one, DELETE /faults forgets all · GET /health.
 */
export function sandboxHttp(provider: SandboxProvider): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true, ajv: { customOptions: { removeAdditional: false } } });

  app.post('/operations', { schema: { headers: KEY, body: CALL } }, async (request, reply) => {
    const body = request.body as Omit<ProviderCall, 'key'>;
    const key = request.headers['idempotency-key'] as string;
    return react(reply, await provider.perform({ ...body, chargeId: body.chargeId ?? null, key }));
  });
  app.get('/operations/:key', async (request, reply) => {
    const { key } = request.params as { key: string };
    return react(reply, await provider.get(key));
  });
  void app.register(pages, { desk: provider });
  app.get('/ledger', async () => ({ data: provider.ledger() }));
  app.post('/faults', { schema: { body: FAULT } }, async (request, reply) => {
    provider.faults.plan(request.body as Fault);
    return reply.code(204).send();
  });
  app.delete('/faults', async (_request, reply) => {
    provider.faults.clear();
    return reply.code(204).send();
  });
  app.get('/health', async () => ({ status: 'ok' }));
  app.addHook('onClose', () => provider.close());
  return app;
}

function react(reply: FastifyReply, reaction: Reaction): FastifyReply {
  if (reaction === 'unavailable') return reply.code(503).send({ error: 'unavailable' });
  if (reaction === 'key_reused') return reply.code(422).send({ error: 'key_reused' });
  if ('answer' in reaction) {
    return reply.code(reaction.answer.outcome === 'absent' ? 404 : 200).send(reaction.answer);
  }
  reply.hijack();
  const { socket } = reply.raw;
  const cut = setTimeout(() => socket?.destroy(), reaction.silentMs);
  socket?.once('close', () => clearTimeout(cut));
  return reply;
}
