import { STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { newId, Rejected } from '#contracts';
import { Metrics } from '#service';
import { GatewayConfig } from '../config.js';
import { uploading } from '../http/upload.js';
import { problemOf, refusalOf } from '../problems/problem.js';

type Server = FastifyInstance['server'];

/** Node looks every 30 s: a few slow clients could hold every socket for that long. */
const TIMEOUT_CHECK_MS = 1_000;
/** A connection on which nothing moves for so long, in neither direction, is given up: its client does not read. */
const SILENT_MS = 60_000;
/** From this share of the connections on, those between two requests have to make room for new ones. */
const CROWDED = 0.75;
const ROOM_MS = 1_000;

/** What a client may do to a connection, and how many of them there may be. */
@Module({})
export class ConnectionsModule {
  constructor(host: HttpAdapterHost, config: GatewayConfig, metrics: Metrics) {
    const { server }: FastifyInstance = host.httpAdapter.getInstance();
    limitTime(server, config);
    limitNumber(server, config.maxConnections, metrics);
    server.removeAllListeners('clientError').on('clientError', refuseBadHttp);
  }
}

function limitTime(server: Server, config: GatewayConfig): void {
  server.headersTimeout = config.headersTimeoutMs;
  server.requestTimeout = config.requestTimeoutMs;
  server.keepAliveTimeout = config.keepAliveMs;
  // Uploads and event streams may pause for longer.
  server.timeout = Math.max(SILENT_MS, 2 * config.uploadIdleMs, 3 * config.eventHeartbeatMs);
  // Read when the server listens and takes requests (node:http); there is no other way to set them later.
  Object.assign(server, { connectionsCheckingInterval: TIMEOUT_CHECK_MS, requireHostHeader: false });
}

function limitNumber(server: Server, most: number, { observe }: Metrics): void {
  let open = 0;
  let roomMadeAt = 0;
  const count = (by: 1 | -1): void => {
    open += by;
    observe('waybill_http_connections', {}, open);
  };
  // Of all sockets that listen: Node's own limit is one for each.
  server.on('connection', (socket: Socket) => {
    const now = performance.now();
    if (open >= most * CROWDED - 1 && now >= roomMadeAt + ROOM_MS) {
      roomMadeAt = now;
      server.closeIdleConnections();
    }
    if (open >= most) {
      observe('waybill_http_connections_dropped_total');
      socket.destroy();
      return;
    }
    count(1);
    socket.once('close', () => count(-1));
  });
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
