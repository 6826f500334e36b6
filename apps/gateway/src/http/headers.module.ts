import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { GatewayConfig } from '../config.js';
import { Cors, securityOf } from './response-headers.js';

/** What every answer says to browsers; for developers also how long it took. */
@Module({})
export class HeadersModule {
  constructor(host: HttpAdapterHost, { corsOrigins, isDevelopment }: GatewayConfig) {
    const fastify: FastifyInstance = host.httpAdapter.getInstance();
    fastify.addHook('onRequest', (request, reply, done) => {
      reply.headers(securityOf(request.url));
      done();
    });
    const cors = new Cors(corsOrigins);
    if (cors.isOn) allow(cors, fastify);
    if (isDevelopment) {
      fastify.addHook('onSend', (_request, reply, _payload, done) => {
        reply.header('server-timing', `total;dur=${reply.elapsedTime.toFixed(1)}`);
        done();
      });
    }
  }
}

function allow(cors: Cors, fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ method, headers }, reply, done) => {
    reply.header('vary', 'origin');
    const allowed = cors.headersFor(headers.origin);
    if (allowed) reply.headers(allowed);
    if (allowed && method === 'OPTIONS' && headers['access-control-request-method'] !== undefined) {
      reply.code(204).headers(cors.preflight).send();
    } else done();
  });
}
