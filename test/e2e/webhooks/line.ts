import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

/** The internet between a provider and the gateway: its address is known before there is a gateway, and it fails on demand. */
export class Line {
  /** Ids of the events that came through, each time that they did. */
  readonly passed: string[] = [];
  private failures = 0;
  private target: string | undefined;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Line> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        line
          .pass(request.headers, Buffer.concat(chunks))
          .then((status) => response.writeHead(status).end())
          .catch(() => response.writeHead(502).end());
      });
    });
    const line = new Line(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  connect(gateway: string): void {
    this.target = `${gateway}/v1/webhooks/sandbox`;
  }

  failNext(times: number): void {
    this.failures = times;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async pass(received: NodeJS.Dict<string | string[]>, body: Buffer): Promise<number> {
    if (this.failures-- > 0 || !this.target) return 503;
    const headers = Object.entries(received).filter(([name]) => /^(?:webhook-|content-type$)/.test(name));
    const init = {
      method: 'POST',
      headers: headers as [string, string][],
      body,
      signal: AbortSignal.timeout(5_000),
    };
    const { status } = await fetch(this.target, init);
    if (status === 204) this.passed.push(String(received['webhook-id']));
    return status;
  }
}
