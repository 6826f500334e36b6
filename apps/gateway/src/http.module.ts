import { isUtf8 } from 'node:buffer';
import { STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { findFault, newId, Rejected } from '#contracts';
import { type Trace } from '#messaging';
import { problemOf, refusalOf } from './problem.js';
import { Routes } from './routes.js';
import { requestIdOf, traceparentOf } from './trace.js';
import { UPLOAD_TYPES, UPLOADS, uploading } from './upload.js';

/** A request as controllers see it: known from the guard, traced from its first byte on. */
export interface ApiRequest extends FastifyRequest {
  caller: string;
  trace: Trace;
}

const MAX_BODY_BYTES = 65_536;
/** What a slow client may take. Node's own limits (60 s, 300 s, checked every 30 s) let a few of them hold every socket. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const TIMEOUT_CHECK_MS = 1_000;
const MAX_CONNECTIONS = 10_000;

/** How Fastify takes requests in, before any controller sees them. */
@Module({ providers: [Routes], exports: [Routes] })
export class HttpModule implements OnModuleInit {
  readonly #fastify: FastifyInstance;

  constructor(host: HttpAdapterHost, routes: Routes) {
    const fastify: FastifyInstance = host.httpAdapter.getInstance();
    this.#fastify = fastify;
    fastify.setGenReqId((request) => requestIdOf(request.headers['x-request-id']));
    fastify.decorateRequest('caller', '');
    fastify.decorateRequest('trace', null);
    fastify.addHook('onRoute', ({ method, url }) => routes.add(method, url));
    fastify.addHook('onRequest', (request, reply, done) => {
      const traceparent = traceparentOf(request.headers.traceparent);
      (request as ApiRequest).trace = { traceparent, requestId: request.id };
      reply.header('x-request-id', request.id);
      // RFC 9112, 3.2. Node would refuse it as well, but without a word.
      if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
        done(new Rejected('malformed-request', { detail: 'There is no Host header.' }));
        return;
      }
      done();
    });
    limit(fastify.server);
  }

  /** After Nest has added its own parsers, so that ours are the only ones. */
  onModuleInit(): void {
    this.#fastify.removeAllContentTypeParsers();
    this.#fastify.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
      (request, body, done) => {
        try {
          done(null, parse(request, body as Buffer));
        } catch (error) {
          done(error as Error);
        }
      },
    );
    this.#fastify.addContentTypeParser(Object.values(UPLOAD_TYPES), (request, body, done) => {
      if (request.routeOptions.url === UPLOADS) done(null, body);
      else done(new Rejected('unsupported-media-type'));
    });
  }
}

function parse({ headers }: FastifyRequest, body: Buffer): unknown {
  const coding = headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') {
    throw new Rejected('unsupported-media-type', { detail: 'The body must not be compressed.' });
  }
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

function limit(server: FastifyInstance['server']): void {
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  // Read when the server listens and takes requests (node:http); there is no other way to set them later.
  Object.assign(server, { connectionsCheckingInterval: TIMEOUT_CHECK_MS, requireHostHeader: false });
  server.removeAllListeners('clientError').on('clientError', refuseBadHttp);
}

/** What is no HTTP request never reaches Fastify: the answer is written to the socket as it is. */
function refuseBadHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && uploading.has(socket)) return;
  const refusal = refusalOf(error) ?? new Rejected('malformed-request');
  const { status, body } = problemOf(refusal, { instance: '', requestId: newId('req') });
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\nX-Content-Type-Options: nosniff\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
