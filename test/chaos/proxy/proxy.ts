import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Flow } from './flow.js';
import { Frames } from './frames.js';
import { type Toxic } from './toxic.js';
import { type Tap, Trigger, type TriggerName, type Verdict } from './trigger.js';

interface Link {
  readonly near: Socket;
  readonly far: Socket;
}

interface Direction {
  readonly from: Socket;
  readonly to: Socket;
  readonly frames: Frames;
  readonly judge: (frame: Buffer) => Verdict;
  readonly goodbye?: Buffer | undefined;
}

export interface ProxyOptions {
  /** Host and port of what is behind it. */
  readonly target: URL;
  /** Of the protocol that is spoken; without one there are no triggers. */
  readonly tap?: () => Tap;
  readonly random?: () => number;
}

/** Stands before a server: its line can be slow or cut, and break just when the protocol makes it worst. */
export class TcpProxy {
  toxic: Toxic | undefined;
  readonly random: () => number;
  /** Connections that it has broken, and that have ended otherwise. */
  broken = 0;
  ended = 0;
  /** Packets that had to suffer from a toxic. */
  spoilt = 0;
  private readonly links = new Set<Link>();
  private trigger: Trigger | undefined;

  private constructor(
    private readonly server: Server,
    private readonly options: ProxyOptions,
  ) {
    this.random = options.random ?? Math.random;
  }

  static async before(options: ProxyOptions): Promise<TcpProxy> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new TcpProxy(server, options);
    server.on('connection', (near) => proxy.accept(near));
    return proxy;
  }

  /** The same address as that of the target, through the proxy. */
  through(url: string): string {
    const { host } = new URL(url);
    const { port } = this.server.address() as AddressInfo;
    return url.replace(host, `127.0.0.1:${port}`);
  }

  get connections(): number {
    return this.links.size;
  }

  spoil(toxic: Toxic): void {
    this.toxic = toxic;
    if (toxic.kind === 'down') this.cut();
  }

  /** The line is well again, and no trigger is set. */
  heal(): void {
    this.toxic = undefined;
    this.trigger = undefined;
  }

  set(name: TriggerName, times: number): Trigger {
    this.trigger = new Trigger(name, times);
    return this.trigger;
  }

  /** Resets every connection; returns how many there were. */
  cut(): number {
    const { size } = this.links;
    for (const link of this.links) this.break(link);
    return size;
  }

  async close(): Promise<void> {
    this.heal();
    this.server.close();
    this.cut();
    await once(this.server, 'close');
  }

  private accept(near: Socket): void {
    near.on('error', () => undefined);
    if (this.toxic?.kind === 'down') {
      near.resetAndDestroy();
      return;
    }
    const { hostname, port } = this.options.target;
    const far = connect({ host: hostname, port: Number(port), noDelay: true });
    far.on('error', () => undefined);
    const link = { near, far };
    this.links.add(link);
    const tap = this.options.tap?.();
    const passing = () => 'pass' as const;
    const whole = (bytes: Buffer) => (bytes.length > 0 ? bytes.length : undefined);
    this.join(link, {
      from: near,
      to: far,
      frames: new Frames(tap?.lengthOf.client ?? whole),
      judge: tap ? (frame) => tap.ofClient(frame, this.trigger) : passing,
    });
    this.join(link, {
      from: far,
      to: near,
      frames: new Frames(tap?.lengthOf.server ?? whole),
      goodbye: tap?.goodbye,
      judge: tap ? (frame) => tap.ofServer(frame, this.trigger) : passing,
    });
  }

  private join(link: Link, { from, to, frames, judge, goodbye }: Direction): void {
    const flow = new Flow(from, to, this);
    let held: Buffer[] = [];
    from.on('data', (bytes: Buffer) => {
      const passed: Buffer[] = [];
      for (const frame of frames.take(bytes)) {
        const verdict = this.links.has(link) ? judge(frame) : 'cut_before';
        if (verdict === 'hold') held.push(frame);
        if (verdict !== 'hold' && verdict !== 'cut_before') passed.push(...held.splice(0), frame);
        if (verdict === 'pass' || verdict === 'hold') continue;
        held = [];
        if (verdict === 'end' && goodbye) passed.push(goodbye);
        flow.push(Buffer.concat(passed.splice(0)));
        if (verdict === 'cut_all') this.cut();
        else if (verdict === 'end') void this.end(link, flow);
        else this.break(link);
        return;
      }
      flow.push(Buffer.concat(passed));
    });
    from.on('close', (hadError) => {
      if (this.links.delete(link)) this.ended++;
      if (hadError) to.resetAndDestroy();
      else void flow.drained().then(() => to.end(() => to.destroy()));
    });
  }

  /** The client hears to the end what it was told. */
  private async end(link: Link, flow: Flow): Promise<void> {
    this.links.delete(link);
    this.broken++;
    await flow.drained();
    link.near.end(() => link.near.destroy());
    link.far.destroy();
  }

  /** What the server was sent still reaches it; the client hears nothing more. */
  private break(link: Link): void {
    this.links.delete(link);
    this.broken++;
    link.near.resetAndDestroy();
    link.far.end(() => link.far.destroy());
  }
}
