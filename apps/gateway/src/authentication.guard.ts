import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { Callers } from './callers.js';
import { type ApiRequest } from './http.module.js';
import { declaredRoutes } from './policy.decorator.js';

/**
 * Who is calling, before a byte of the body is read: a stranger learns nothing of it, and costs nothing. The guard, which
 * comes after the body, looks at the scope.
 */
@Injectable()
export class Authentication implements OnModuleInit {
  #closed: ReadonlySet<string> = new Set();

  constructor(
    host: HttpAdapterHost,
    private readonly discovery: DiscoveryService,
    private readonly callers: Callers,
  ) {
    const fastify: FastifyInstance = host.httpAdapter.getInstance();
    fastify.addHook('preParsing', (request, _reply, payload, done) => {
      try {
        if (this.#isClosed(request)) {
          (request as ApiRequest).known = this.callers.find(request.headers.authorization);
        }
        done(null, payload);
      } catch (error) {
        done(error as Error);
      }
    });
  }

  onModuleInit(): void {
    const controllers = this.discovery.getControllers().map(({ metatype }) => metatype as Type);
    const closed = declaredRoutes(controllers).filter(({ policy }) => policy !== 'open');
    this.#closed = new Set(closed.map(({ route }) => route));
  }

  #isClosed({ method, routeOptions: { url }, is404 }: FastifyRequest): boolean {
    return !is404 && this.#closed.has(`${method === 'HEAD' ? 'GET' : method} ${url}`);
  }
}
