import { type FastifyInstance } from 'fastify';
import { type Observe } from '#messaging';

/** Counts and times every request, by its route: ids are no labels. */
export function measureHttp(fastify: FastifyInstance, observe: Observe): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const labels = { method, route: routeOptions.url ?? 'none', status: String(reply.statusCode) };
    observe('waybill_http_request_duration_seconds', labels, reply.elapsedTime / 1_000);
    done();
  });
}
