import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer, type Socket } from 'node:net';
import { type Address, listenAt } from './listening.js';

const REQUEST = 'GET / HTTP/1.1\r\nHost: waybill\r\n\r\n';

let server: Server;
let at: Address;
let closeOthers: () => Promise<void>;
let sockets: Socket[];

const listen = () =>
  listenAt(server, at, (options) => new Promise<void>((done) => server.listen(options, done)));

beforeEach(async () => {
  sockets = [];
  server = createServer((_request, response) => response.end('done'));
  at = { host: '127.0.0.1', port: await freePort() };
  closeOthers = await listen();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all([closeOthers(), new Promise((done) => server.close(done))]);
});

async function freePort(): Promise<number> {
  const other = createNetServer();
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const { port } = other.address() as AddressInfo;
  await new Promise((done) => other.close(done));
  return port;
}

/** Asks, and asks again as soon as it is answered. Returns how often it was. */
function client(): { answers: number; readonly first: Promise<void> } {
  const { promise: first, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(at, () => socket.write(REQUEST));
  const seen = { answers: 0, first };
  sockets.push(socket);
  socket.on('data', () => {
    seen.answers++;
    resolve();
    socket.write(REQUEST);
  });
  // Who is told to go may still be asking.
  socket.on('error', reject);
  return seen;
}

const itOnLinux = process.platform === 'linux' ? it : it.skip;

describe('a busy server', () => {
  itOnLinux('takes many who come anew while it answers each of the others but a few times', async () => {
    const one = client();
    const all = [one, ...Array.from({ length: 19 }, client)];
    await Promise.all(all.map(({ first }) => first));
    const before = one.answers;
    const comers = Array.from({ length: 80 }, client);
    await Promise.all(comers.map(({ first }) => first));
    // With one socket it is 41, every time; with sixteen 4 to 6.
    expect(one.answers - before).toBeLessThan(20);
  });
});

describe('an address', () => {
  it('that somebody has is not shared with him', async () => {
    await expect(listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('is free when all is closed, and who is being served meanwhile is answered', async () => {
    const [begun, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let asked = 0;
    server.removeAllListeners('request').on('request', (_request, response) => {
      void release.promise.then(() => response.setHeader('connection', 'close').end('late'));
      if (++asked === 40) begun.resolve();
    });
    const clients = Array.from({ length: 40 }, client);
    await begun.promise;
    const closed = Promise.all([closeOthers(), new Promise((done) => server.close(done))]);
    release.resolve();
    await Promise.all(clients.map(({ first }) => first));
    await closed;
    expect(clients.map(({ answers }) => answers)).toEqual(clients.map(() => 1));
    closeOthers = await listen();
  });
});
