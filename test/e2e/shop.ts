import pg from 'pg';
import { type ServiceName } from '#contracts';
import { Stack, type StackOptions, testBroker, testDatabase } from '#testing';
import { crossServiceViolations } from '../invariants/across.js';
import { type Invariant } from '../invariants/invariant.js';
import { orderInvariants } from '../invariants/order.js';
import { paymentInvariants } from '../invariants/payment.js';
import { stockInvariants } from '../invariants/stock.js';

export type Pools = Readonly<Record<ServiceName, pg.Pool>>;

const SERVICES: readonly ServiceName[] = ['order', 'payment', 'stock'];

const INVARIANTS: Readonly<Record<ServiceName, readonly Invariant[]>> = {
  order: orderInvariants,
  payment: paymentInvariants,
  stock: stockInvariants,
};

/** All four services on a broker vhost and databases of their own, and a look into their books. */
export class Shop {
  private constructor(
    readonly stack: Stack,
    readonly pools: Pools,
    private readonly closers: readonly (() => Promise<unknown>)[],
  ) {}

  static async open(options: Partial<StackOptions> = {}): Promise<Shop> {
    const broker = await testBroker();
    const databases = await Promise.all(SERVICES.map((service) => testDatabase(service)));
    const urls = Object.fromEntries(SERVICES.map((service, i) => [service, databases[i]?.url])) as Record<
      ServiceName,
      string
    >;
    const pools = Object.fromEntries(SERVICES.map((service) => [service, poolFor(urls[service])])) as Record<
      ServiceName,
      pg.Pool
    >;
    const closers = [
      ...SERVICES.map((service) => () => pools[service].end()),
      ...databases.map((database) => () => database.drop()),
      () => broker.delete(),
    ];
    try {
      const stack = await Stack.start({ brokerUrl: broker.url, databaseUrls: urls, ...options });
      return new Shop(stack, pools, closers);
    } catch (error) {
      for (const close of closers) await close().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.stack.stop();
    for (const close of this.closers) await close();
  }

  /**
   * Waits until nothing is under way: no open saga, no unsettled payment, nothing in an outbox, and no message between
   * two services, which shows as books that do not agree yet. Says what is left when that does not come about.
   */
  async quiet(timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const open = await this.underWay();
      if (open.length === 0) return;
      if (Date.now() > deadline) throw new Error(`still under way after ${timeoutMs} ms: ${open.join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Every broken invariant of every service and across them, in words. Only quiet systems keep all of them. */
  async violations(): Promise<string[]> {
    const found: string[] = [];
    for (const service of SERVICES) {
      for (const { id, name, sql } of INVARIANTS[service]) {
        const { rows } = await this.pools[service].query(sql);
        for (const row of rows.slice(0, 3)) found.push(`${service} ${id} "${name}": ${JSON.stringify(row)}`);
      }
    }
    return [...found, ...(await crossServiceViolations(this.pools))];
  }

  private async underWay(): Promise<string[]> {
    const questions: readonly (readonly [ServiceName, string, string])[] = [
      ['order', 'open orders', `select 1 from orders where phase in ('reserving', 'charging', 'paying')`],
      ['payment', 'unsettled payments', `select 1 from payments where status in ('requested', 'unknown')`],
      ...SERVICES.map((service) => [service, `outbox of ${service}`, 'select 1 from outbox'] as const),
    ];
    const open: string[] = [];
    for (const [service, what, sql] of questions) {
      const { rowCount } = await this.pools[service].query(sql);
      if (rowCount) open.push(`${rowCount} ${what}`);
    }
    return open.length > 0 ? open : crossServiceViolations(this.pools);
  }
}

function poolFor(url: string | undefined): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // A database that restarts under a test closes idle connections; the next query opens another.
  pool.on('error', () => undefined);
  return pool;
}
