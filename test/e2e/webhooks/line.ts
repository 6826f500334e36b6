import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** The internet between a provider and the gateway: its address is known before there is a gateway, and it fails on demand. */
export class Line {
  /** How late a call comes through, and how often at once. */
  delayMs = 0;
  copies = 1;
  /** Calls that came through late or more than once. */
  bent = 0;
  private readonly passed: { readonly id: string; readonly text: string }[] = [];
  private readonly failures = new Map<string, number>();
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

  /** The next calls about a payment do not come through. */
  failNext(times: number, paymentId: string): void {
    this.failures.set(paymentId, times);
  }

  /** Ids of the events about a payment that came through, each time that they did. */
  passedAbout(paymentId: string): string[] {
    return this.passed.filter(({ text }) => text.includes(paymentId)).map(({ id }) => id);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async pass(received: NodeJS.Dict<string | string[]>, body: Buffer): Promise<number> {
    const text = body.toString();
    if (this.fails(text) || !this.target) return 503;
    const headers = Object.entries(received).filter(([name]) => /^(?:webhook-|content-type$)/.test(name));
    const init = {
      method: 'POST',
      headers: headers as [string, string][],
      body,
      signal: AbortSignal.timeout(5_000),
    };
    if (this.delayMs > 0 || this.copies > 1) this.bent++;
    if (this.delayMs > 0) await pause(this.delayMs);
    const { target } = this;
    const sent = await Promise.all(Array.from({ length: this.copies }, () => fetch(target, init)));
    const status = Math.max(...sent.map((answer) => answer.status));
    if (status === 204) this.passed.push({ id: String(received['webhook-id']), text });
    return status;
  }

  private fails(text: string): boolean {
    const [paymentId, left] = [...this.failures].find(([id, times]) => times > 0 && text.includes(id)) ?? [];
    if (paymentId === undefined || left === undefined) return false;
    this.failures.set(paymentId, left - 1);
    return true;
  }
}
