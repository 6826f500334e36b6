import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Rejected } from '#contracts';
import { type ApiRequest } from './auth.guard.js';
import { Callers } from './callers.js';
import { declaredRoutes } from './policy.decorator.js';
import { RateLimits } from './rate-limit.js';

/**
 * Who is calling, and how often, before a byte of the body is read: a stranger learns nothing of it, and costs nothing. The
 * guard, which comes after the body, looks at the scope: what is refused for its scope has been counted.
 */
@Injectable()
export class Authentication implements OnModuleInit {
  #closed: ReadonlySet<string> = new Set();

  constructor(
    host: HttpAdapterHost,
    private readonly discovery: DiscoveryService,
    private readonly callers: Callers,
    private readonly limits: RateLimits,
  ) {
    const fastify: FastifyInstance = host.httpAdapter.getInstance();
    fastify.decorateRequest('caller', '');
    fastify.decorateRequest('known', null);
    fastify.addHook('preParsing', (request, reply, payload, done) => {
      try {
        if (this.#isClosed(request)) {
          const caller = this.callers.find(request.headers.authorization);
          if (this.limits.isOn) this.#take(caller.name, reply);
          (request as ApiRequest).known = caller;
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

  #take(caller: string, reply: FastifyReply): void {
    const { fields, retryAfter } = this.limits.take(caller, performance.now());
    reply.headers(fields);
    if (retryAfter !== undefined) throw new Rejected('rate-limited', { retryAfter });
  }

  #isClosed({ method, routeOptions: { url }, is404 }: FastifyRequest): boolean {
    return !is404 && this.#closed.has(`${method === 'HEAD' ? 'GET' : method} ${url}`);
  }
}
