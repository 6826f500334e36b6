import { createServer } from 'node:net';

/** Below the range that the kernel hands out to outgoing connections, one block of neighbours per checkout. */
const FIRST = 20_000;
const BLOCKS = 1_000;
const BLOCK = 8;
/** Used by RabbitMQ's own default node and its tools. */
const NOT_OURS = new Set([25_672]);

/** @typedef {{ amqp: number, management: number, prometheus: number, stream: number, dist: number, epmd: number, postgres: number }} Ports */

/** @param {number} base @returns {Ports} */
export const portsFrom = (base) => ({
  amqp: base,
  management: base + 1,
  prometheus: base + 2,
  stream: base + 3,
  dist: base + 4,
  epmd: base + 5,
  postgres: base + 6,
});

/** The first port of a free block: the usual one of this checkout, else the next. @param {string} hash */
export async function freeBlock(hash) {
  const wanted = Number.parseInt(hash, 16) % BLOCKS;
  for (let i = 0; i < BLOCKS; i++) {
    const base = FIRST + ((wanted + i) % BLOCKS) * BLOCK;
    if (await blockIsFree(base)) return base;
  }
  throw new Error(`no ${BLOCK} free ports in a row above ${FIRST}`);
}

/** @param {number} base */
async function blockIsFree(base) {
  for (const port of Object.values(portsFrom(base))) {
    if (NOT_OURS.has(port) || !(await isFree(port))) return false;
  }
  return true;
}

/** The wanted port or the next free one. @param {number} wanted @param {ReadonlySet<number>} [taken] */
export async function freePort(wanted, taken = new Set()) {
  for (let port = wanted; port < Math.min(wanted + 1_000, 65_536); port++) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free port from ${wanted} on`);
}

/** Both are asked: a listener on all interfaces does not everywhere exclude one on a single interface. @param {number} port */
export const isFree = async (port) => (await canListen(port, '127.0.0.1')) && (await canListen(port));

/** @param {number} port @param {string} [host] @returns {Promise<boolean>} */
function canListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
