import { isUtf8 } from 'node:buffer';
import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { findFault, Rejected } from '#contracts';
import { type Trace } from '#messaging';
import { Routes } from './routes.js';
import { requestIdOf, traceparentOf } from './trace.js';
import { UPLOAD_TYPES } from './upload.js';

/** Traced from its first byte on. */
export interface TracedRequest extends FastifyRequest {
  trace: Trace;
}

const MAX_BODY_BYTES = 65_536;

/** What `@RouteConfig` may say of a route. */
export interface RouteBody {
  /** The body reaches the controller as the bytes that came, up to so many: for signatures. */
  readonly rawBytes?: number;
  /** The body reaches the controller as a stream of one of UPLOAD_TYPES, however long it is. */
  readonly isUpload?: true;
}

/** How Fastify takes requests in, before any controller sees them. */
@Module({ providers: [Routes], exports: [Routes] })
export class HttpModule implements OnModuleInit {
  readonly #fastify: FastifyInstance;

  constructor(host: HttpAdapterHost, routes: Routes) {
    const fastify: FastifyInstance = host.httpAdapter.getInstance();
    this.#fastify = fastify;
    fastify.setGenReqId((request) => requestIdOf(request.headers['x-request-id']));
    fastify.decorateRequest('trace', null);
    fastify.addHook('onRoute', (route) => {
      routes.add(route.method, route.url);
      const { rawBytes } = (route.config ?? {}) as RouteBody;
      if (rawBytes !== undefined) route.bodyLimit = rawBytes;
    });
    fastify.addHook('onRequest', (request, reply, done) => {
      const traceparent = traceparentOf(request.headers.traceparent);
      (request as TracedRequest).trace = { traceparent, requestId: request.id };
      reply.header('x-request-id', request.id);
      // RFC 9112, 3.2. Node would refuse it as well, but without a word.
      if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
        done(new Rejected('malformed-request', { detail: 'There is no Host header.' }));
        return;
      }
      done();
    });
  }

  /** After Nest has added its own parsers, so that ours are the only ones. */
  onModuleInit(): void {
    this.#fastify.removeAllContentTypeParsers();
    this.#fastify.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
      (request, body, done) => {
        try {
          refuseCompressed(request);
          const isRaw = routeBodyOf(request).rawBytes !== undefined;
          done(null, isRaw ? body : parse(body as Buffer));
        } catch (error) {
          done(error as Error);
        }
      },
    );
    this.#fastify.addContentTypeParser(Object.values(UPLOAD_TYPES), (request, body, done) => {
      if (routeBodyOf(request).isUpload) done(null, body);
      else done(new Rejected('unsupported-media-type'));
    });
  }
}

export function routeBodyOf({ routeOptions }: FastifyRequest): RouteBody {
  return routeOptions.config as RouteBody;
}

function refuseCompressed({ headers }: FastifyRequest): void {
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') {
    throw new Rejected('unsupported-media-type', { detail: 'The body must not be compressed.' });
  }
}

function parse(body: Buffer): unknown {
  if (!isUtf8(body)) throw new Rejected('malformed-request', { detail: 'The body is not valid UTF-8.' });
  const text = body.toString();
  const value = parseJson(text);
  const fault = findFault(text);
  if (fault) throw new Rejected('validation-failed', { errors: [fault] });
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Rejected('malformed-request', { detail: 'The body is not valid JSON.' });
  }
}
