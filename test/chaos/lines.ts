import { type ServiceName } from '#contracts';
import { type ProcessName } from '#testing';
import { BROKER_LINES, DATABASE_LINES, PROVIDER_LINE } from './kinds.js';
import { AmqpTap } from './proxy/amqp-tap.js';
import { PostgresTap } from './proxy/postgres-tap.js';
import { type ProxyOptions, TcpProxy } from './proxy/proxy.js';

interface Ends {
  readonly broker: string;
  readonly databases: Readonly<Record<ServiceName, string>>;
  readonly provider: string;
}

/** A line of its own from each process to whatever it needs. */
export class Lines {
  private readonly proxies = new Map<string, TcpProxy>();
  private ends: Ends | undefined;

  async lay(ends: Ends): Promise<void> {
    this.ends = ends;
    const lay = async (name: string, url: string, tap?: ProxyOptions['tap']): Promise<void> => {
      this.proxies.set(name, await TcpProxy.before({ target: new URL(url), ...(tap && { tap }) }));
    };
    for (const name of BROKER_LINES) await lay(name, ends.broker, () => new AmqpTap());
    for (const name of DATABASE_LINES)
      await lay(name, ends.databases[serviceOf(name)], () => new PostgresTap());
    await lay(PROVIDER_LINE, ends.provider);
  }

  /** By its name: `order→broker`. */
  of(name: string): TcpProxy {
    const found = this.proxies.get(name);
    if (!found) throw new Error(`there is no line ${name}`);
    return found;
  }

  /** Those to the broker, to the database or to the provider. */
  to(end: 'broker' | 'database' | 'provider'): TcpProxy[] {
    return [...this.proxies].filter(([name]) => name.endsWith(`→${end}`)).map(([, proxy]) => proxy);
  }

  /** URLs through them. */
  broker(name: ProcessName): string {
    return this.of(`${name}→broker`).through(this.known.broker);
  }

  get databases(): Readonly<Record<ServiceName, string>> {
    const { databases } = this.known;
    const through = (service: ServiceName) => this.of(`${service}→database`).through(databases[service]);
    return { order: through('order'), payment: through('payment'), stock: through('stock') };
  }

  get provider(): string {
    return this.of(PROVIDER_LINE).through(this.known.provider);
  }

  async close(): Promise<void> {
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
  }

  private get known(): Ends {
    if (!this.ends) throw new Error('the lines are not laid yet');
    return this.ends;
  }
}

const serviceOf = (line: string): ServiceName => line.slice(0, line.indexOf('→')) as ServiceName;
