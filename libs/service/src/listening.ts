import { type Server } from 'node:http';
import { createServer, type Server as NetServer } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How sockets are opened that listen at an address. */
export interface ListenOptions extends Address {
  readonly backlog: number;
  readonly reusePort: boolean;
}

/**
 * Connections that wait to be taken: as many as Linux allows unless it was told otherwise (net.core.somaxconn). Where it is full,
 * the kernel drops who comes next without a word, and he tries again seconds later. Node's 511 are full when a gateway
 * stands still for a quarter of a second at 2 000 new connections a second.
 */
const BACKLOG = 4_096;
const SOCKETS = 16;
/** On macOS and Windows sockets do not share the connections that come to a port. */
const CAN_SHARE = process.platform === 'linux';

/**
 * Listens with several sockets at one port, over which the kernel spreads who comes. Node takes one new connection from each in a turn
 * of the event loop (libuv/libuv#3696), and a turn is as long as there are requests in it: with one socket, who comes to a busy process
 * waits for seconds, be it for a refusal.
 *
 * @param open opens the first
 * @returns closes the others; resolves when nothing came to them any more
 * @throws EADDRINUSE
 */
export async function listenAt(
  server: Server,
  { host, port }: Address,
  open: (options: ListenOptions) => Promise<unknown>,
): Promise<() => Promise<void>> {
  const options: ListenOptions = { host, port, backlog: BACKLOG, reusePort: CAN_SHARE };
  // Port 0 would be another one for each.
  if (!CAN_SHARE || port === 0) {
    await open({ ...options, reusePort: false });
    return async () => undefined;
  }
  // Who shares a port is not told that somebody else has it: so one that does not share it looks first. It can't hold it for us.
  await close(await listening(createServer(), { ...options, reusePort: false }));
  await open(options);
  const others = await Promise.all(
    Array.from({ length: SOCKETS - 1 }, () =>
      listening(
        createServer(
          { allowHalfOpen: true, noDelay: true },
          (socket) => void server.emit('connection', socket),
        ),
        options,
      ),
    ),
  );
  return async () => void (await Promise.all(others.map(close)));
}

function listening(server: NetServer, options: ListenOptions): Promise<NetServer> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function close(server: NetServer): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
