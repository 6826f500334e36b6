import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The frame connection.open-ok, the last of a handshake, and a connection.close of a broker that is shutting down. */
const OPEN_OK = Buffer.from([1, 0, 0, 0, 0, 0, 5, 0, 10, 0, 41, 0, 0xce]);
const SHUTDOWN = 'CONNECTION_FORCED - broker forced connection closure with reason shutdown';
const CLOSE = Buffer.concat([
  Buffer.from([1, 0, 0, 0, 0, 0, SHUTDOWN.length + 11, 0, 10, 0, 50, 320 >> 8, 320 & 0xff, SHUTDOWN.length]),
  Buffer.from(SHUTDOWN),
  Buffer.from([0, 0, 0, 0, 0xce]),
]);

/** A cable to the broker that a test can cut, freeze and plug in again. */
export class Cable {
  private readonly ends = new Set<readonly [near: Socket, far: Socket]>();
  private plugged = true;
  private refuses = false;

  private constructor(
    private readonly server: Server,
    /** Of the broker, through this cable. */
    readonly url: string,
  ) {}

  static async to(broker: string): Promise<Cable> {
    const { hostname, port } = new URL(broker);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(broker);
    url.port = String((server.address() as AddressInfo).port);
    const cable = new Cable(server, url.href);
    server.on('connection', (near) => cable.lay(near, connect(Number(port), hostname)));
    return cable;
  }

  /** Whoever is connected loses the connection, and may connect again. */
  cut(): void {
    for (const [near, far] of this.ends) {
      near.destroy();
      far.destroy();
    }
  }

  unplug(): void {
    this.plugged = false;
    this.cut();
  }

  plugIn(): void {
    this.plugged = true;
  }

  /** The next connection ends as it begins: the broker's goodbye comes in one piece with the last word of the handshake. */
  refuseNext(): void {
    this.refuses = true;
  }

  /** Nothing gets through any more, and nobody is told. */
  freeze(): void {
    for (const sockets of this.ends) for (const socket of sockets) socket.pause();
  }

  thaw(): void {
    for (const sockets of this.ends) for (const socket of sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.server.close();
    this.unplug();
    await once(this.server, 'close');
  }

  private lay(near: Socket, far: Socket): void {
    const ends = [near, far] as const;
    for (const socket of ends) socket.on('error', () => undefined);
    if (!this.plugged) {
      near.destroy();
      far.destroy();
      return;
    }
    this.ends.add(ends);
    for (const [from, to] of [ends, [far, near] as const]) {
      from.setNoDelay(true);
      from.on('data', (bytes) => to.write(this.isRefused(bytes) ? Buffer.concat([bytes, CLOSE]) : bytes));
      from.on('close', () => {
        this.ends.delete(ends);
        to.destroy();
      });
    }
  }

  private isRefused(bytes: Buffer): boolean {
    if (!this.refuses || !bytes.subarray(-OPEN_OK.length).equals(OPEN_OK)) return false;
    this.refuses = false;
    return true;
  }
}
