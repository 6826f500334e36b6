import { type Server } from 'node:http';
import { type Socket } from 'node:net';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Observe, traceIdOf } from '#messaging';
import { type Logger } from './logger.js';

/** Asked every few seconds by machines: worth counting, not worth a line. */
const UNLOGGED = /^\/(?:health\/|metrics$)/;

/** Counts, times and logs every request. Labels are routes: ids are no labels. */
export function watchHttp(fastify: FastifyInstance, observe: Observe, logger: Logger): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const { statusCode: status, elapsedTime } = reply;
    const route = routeOptions.url ?? 'none';
    observe(
      'waybill_http_request_duration_seconds',
      { method, route, status: String(status) },
      elapsedTime / 1_000,
    );
    if (!UNLOGGED.test(route)) {
      const location = reply.getHeader('location');
      const fields = {
        method,
        path: pathOf(request),
        status,
        ms: Math.round(elapsedTime * 10) / 10,
        ...idsOf(request),
      };
      logger.info({ ...fields, ...(location !== undefined && { location }) }, 'request');
    }
    done();
  });
}

const UNUSED_MS = 250;

/**
 * Closes the server, and meanwhile connections over which nothing ever came, as browsers and HTTP clients open them in
 * advance: node:http takes them for busy and would wait for them for ever.
 */
export function closing(server: Server, close: () => Promise<unknown>): () => Promise<void> {
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return async () => {
    const timer = setInterval(() => {
      for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    }, UNUSED_MS);
    try {
      await close();
    } finally {
      clearInterval(timer);
    }
  };
}

/** `trace` is set by whoever takes requests in from outside. */
function idsOf(request: FastifyRequest & { readonly trace?: { traceparent: string } | null }): object {
  const { id: requestId, trace } = request;
  return { requestId, ...(trace && { traceId: traceIdOf(trace.traceparent) }) };
}

/** Without the query, in which a client may have put anything. */
function pathOf({ url }: FastifyRequest): string {
  return (url.split('?', 1)[0] as string).slice(0, 500);
}
