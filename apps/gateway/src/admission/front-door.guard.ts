import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { Metrics } from '#service';
import { GatewayConfig } from '../config.js';
import { Cors, SECURITY } from '../http/response-headers.js';
import { requestIdOf } from '../http/trace.js';
import { problemOf } from '../problems/problem.js';
import { refusalFor } from './admission.guard.js';
import { Admission } from './admission.js';
import { classOf, type RouteClass } from './route-class.js';

/**
 * Refuses what can't be served before Fastify and Nest have seen it, which costs a fraction of refusing it afterwards: a gateway that
 * spends its time on refusals answers nobody in time. It knows the routes without parameters, by their path; of the others the
 * AdmissionGuard refuses what is too much. Of refusals here there is a count, no line in the log: the OverloadWorker tells of them all.
 */
@Injectable()
export class FrontDoor implements OnApplicationBootstrap {
  readonly #fastify: FastifyInstance;
  readonly #classes = new Map<string, RouteClass>();
  readonly #cors: Cors;

  constructor(
    host: HttpAdapterHost,
    private readonly admission: Admission,
    private readonly metrics: Metrics,
    { corsOrigins }: GatewayConfig,
  ) {
    this.#cors = new Cors(corsOrigins);
    this.#fastify = host.httpAdapter.getInstance();
    this.#fastify.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) this.#classes.set(`${one} ${url}`, classOf(one, url));
    });
  }

  onApplicationBootstrap(): void {
    const { server } = this.#fastify;
    const [serve] = server.listeners('request') as [RequestListener];
    server.off('request', serve);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (!this.#refuses(request, response)) serve(request, response);
    });
  }

  #refuses(request: IncomingMessage, response: ServerResponse): boolean {
    const { method = '', url = '', headers } = request;
    const [path] = url.split('?', 1) as [string];
    const routeClass = this.#classes.get(`${method} ${path}`);
    const refusal = routeClass && refusalFor(routeClass, this.admission, this.metrics);
    if (!refusal) return false;
    const requestId = requestIdOf(headers['x-request-id']);
    const problem = problemOf(refusal, { instance: path, requestId });
    const text = JSON.stringify(problem.body);
    this.metrics.observe('waybill_http_request_duration_seconds', { method, route: path, status: '503' }, 0);
    response.writeHead(problem.status, {
      ...SECURITY,
      ...(this.#cors.isOn && { vary: 'origin', ...this.#cors.headersFor(headers.origin) }),
      ...problem.headers,
      'x-request-id': requestId,
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(text),
      // While we close: elsewhere he may be let in.
      ...(!this.#fastify.server.listening && { connection: 'close' }),
    });
    response.end(text);
    return true;
  }
}
