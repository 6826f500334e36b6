import { connect } from 'node:net';
import { serve } from './lib/worker.mjs';

/**
 * Connections that are held for as long as the server lets them, and opened again: a third say nothing, a third send
 * headers and a third a body, a byte every two seconds.
 * @typedef {{ url: string, apiKey: string, sockets: number }} SlowJob
 */

const DRIP_MS = 2_000;
/** Not all in one moment, and not a thousand times a second when they are refused. */
const AGAIN_MS = 200;

/** @type {Set<import('node:net').Socket>} */
const sockets = new Set();
let held = 0;
let closed = 0;
let stopped = false;

/** @param {SlowJob} job */
async function start({ url, apiKey, sockets: count }) {
  const { hostname, port } = new URL(url);
  const body = `POST /v1/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${apiKey}\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{`;
  const beginnings = ['', 'GET /v1/orders HTTP/1.1\r\nHost: a\r\nX-Slow: ', body];
  const hold = (/** @type {number} */ n) => {
    if (stopped) return;
    const beginning = beginnings[n % beginnings.length] ?? '';
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      held++;
      socket.write(beginning);
    });
    const timer = setInterval(() => beginning !== '' && socket.write('a'), DRIP_MS);
    sockets.add(socket);
    socket.resume();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      sockets.delete(socket);
      closed++;
      setTimeout(() => hold(n), AGAIN_MS);
    });
  };
  for (let n = 0; n < count; n++) hold(n);
}

async function stop() {
  stopped = true;
  for (const socket of sockets) socket.destroy();
}

serve({
  start,
  run: async () => ({ open: sockets.size, held, closed }),
  stop,
});
