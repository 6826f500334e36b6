import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Rejected } from '#contracts';
import { Metrics } from '#service';
import { GatewayConfig } from '../config.js';
import { Admission, type Overload } from './admission.js';
import { classOf, type RouteClass } from './route-class.js';

/**
 * Lets in what can be served, and refuses the rest before it has cost anything: the first time before the key is looked at
 * and the body is read. The place is taken when the body is there: one that comes slowly, or from a stranger, takes none.
 */
@Injectable()
export class AdmissionGuard {
  constructor(
    host: HttpAdapterHost,
    private readonly admission: Admission,
    metrics: Metrics,
    private readonly config: GatewayConfig,
  ) {
    const fastify: FastifyInstance = host.httpAdapter.getInstance();
    fastify.addHook('onRoute', (route) => {
      const [method = 'GET'] = [route.method].flat();
      route.config = Object.assign(route.config ?? {}, { routeClass: classOf(method, route.url) });
    });
    fastify.addHook('onRequest', (request, _reply, done) => {
      done(refusalFor(classIn(request), admission, metrics));
    });
    fastify.addHook('preValidation', (request, reply, done) => {
      const routeClass = classIn(request);
      const refusal = refusalFor(routeClass, admission, metrics);
      if (!refusal) this.#enter(routeClass, reply);
      done(refusal);
    });
  }

  #enter(routeClass: RouteClass, { raw }: FastifyReply): void {
    if (raw.destroyed || !this.admission.enter(routeClass)) return;
    const leave = (): void => this.admission.leave(routeClass);
    raw.once('close', () => {
      if (raw.writableFinished) leave();
      // Who hangs up leaves the work to us: the place is free when that must have ended.
      else setTimeout(leave, this.config.rpcTimeoutMs).unref();
    });
  }
}

/** What is no route is not found, which costs nothing. */
function classIn({ routeOptions: { config } }: FastifyRequest): RouteClass {
  return (config as { readonly routeClass?: RouteClass }).routeClass ?? 'free';
}

const DETAILS: Readonly<Record<Overload, string>> = {
  'in flight': 'As many requests are under way as can be answered in time. This one has had no effect.',
  'event loop': 'This gateway has more to do than it can do in time. The request has had no effect.',
};

/** Undefined when there is room; else it is counted. */
export function refusalFor(
  routeClass: RouteClass,
  admission: Admission,
  { observe }: Metrics,
): Rejected | undefined {
  const reason = admission.overloadFor(routeClass);
  if (reason === undefined) return undefined;
  admission.refused++;
  observe('waybill_http_refused_total', { class: routeClass, reason });
  return new Rejected('service-unavailable', { detail: DETAILS[reason] });
}
