import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type HttpAdapterHost } from '@nestjs/core';
import { Metrics } from '#service';
import { ConnectionsModule } from '../src/admission/connections.module.js';
import { GatewayConfig } from '../src/config.js';

const MOST = 20;
const PATIENCE_MS = 30_000;

let server: Server;
let metrics: Metrics;
const sockets: Socket[] = [];

/** A server as the gateway's is limited, with nothing behind it. */
async function listen(settings: Partial<GatewayConfig>): Promise<void> {
  server = createServer((_request, response) => response.end());
  metrics = new Metrics('gateway');
  const host = { httpAdapter: { getInstance: () => ({ server }) } } as unknown as HttpAdapterHost;
  expect(new ConnectionsModule(host, Object.assign(new GatewayConfig(), settings), metrics)).toBeDefined();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Resolves when the first request is answered, or the connection is closed. */
function ask(): Promise<Socket> {
  return new Promise((resolve) => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: waybill\r\n\r\n'));
    sockets.push(socket);
    socket.on('error', () => undefined);
    for (const event of ['data', 'close']) socket.once(event, () => resolve(socket));
  });
}

async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !isSo(); await pause(20)) {
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms`);
  }
}

const open = () => sockets.filter(({ closed }) => !closed).length;

test('connections between two requests make room when there are many, long before their time', async () => {
  await listen({ maxConnections: MOST });
  for (let i = 0; i < MOST * 0.75 - 1; i++) await ask();
  expect(open()).toBe(MOST * 0.75 - 1);
  await ask();
  await until(() => open() <= 1);
});

test('a connection beyond the most is closed at once, and counted', async () => {
  await listen({ maxConnections: 0 });
  expect((await ask()).bytesRead).toBe(0);
  expect(await metrics.text()).toMatch(/^waybill_http_connections_dropped_total\{.*\} 1$/m);
});

test('a connection that goes on with nothing is closed after its time', async () => {
  await listen({ keepAliveMs: 100 });
  const socket = await ask();
  await until(() => socket.closed);
});
