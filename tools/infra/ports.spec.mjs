import { once } from 'node:events';
import { createServer } from 'node:net';
import { freeBlock, freePort, isFree, portsFrom } from './ports.mjs';
import { listensOn } from './proc.mjs';

/** @type {import('node:net').Server[]} */
const servers = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await once(server.close(), 'close');
});

/** @param {number} port @param {string} [host] */
async function occupy(port, host) {
  const server = createServer().listen({ port, host });
  servers.push(server);
  await once(server, 'listening');
}

test.each([undefined, '127.0.0.1'])('steps around a port that is taken on %s', async (host) => {
  const port = await freePort(28_100);
  await occupy(port, host);
  expect(await isFree(port)).toBe(false);
  expect(await freePort(port)).toBeGreaterThan(port);
});

test('steps around a port that is spoken for', async () => {
  const port = await freePort(28_200);
  expect(await freePort(port, new Set([port]))).toBeGreaterThan(port);
});

test('gives a checkout the same block again, and the next one when a port of it is taken', async () => {
  const hash = '0000014d';
  const block = await freeBlock(hash);
  expect(await freeBlock(hash)).toBe(block);
  await occupy(portsFrom(block).stream);
  expect(await freeBlock(hash)).toBeGreaterThan(block);
});

test('knows who listens', async () => {
  const port = await freePort(28_300);
  await occupy(port, '127.0.0.1');
  expect(listensOn(process.pid, port)).toBe(true);
  expect(listensOn(process.ppid, port)).toBe(process.platform !== 'linux');
});
