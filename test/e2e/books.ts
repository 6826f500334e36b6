import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type ServiceName } from '#contracts';
import { holdsAlways, type Invariant } from '#persistence';
import { orderInvariants } from '../../apps/order/src/invariants.store.js';
import { paymentInvariants } from '../../apps/payment/src/invariants.store.js';
import { stockInvariants } from '../../apps/stock/src/invariants.store.js';
import { crossServiceViolations } from '../invariants/across.js';
import { UNDER_WAY } from '../invariants/under-way.js';

export const SERVICES: readonly ServiceName[] = ['order', 'payment', 'stock'];

const INVARIANTS: Readonly<Record<ServiceName, readonly Invariant[]>> = {
  order: orderInvariants,
  payment: paymentInvariants,
  stock: stockInvariants,
};

const POLL_MS = 50;

/** A look into the databases of all services. */
export class Books {
  readonly pools: Readonly<Record<ServiceName, pg.Pool>>;

  constructor(urls: Readonly<Record<ServiceName, string>>) {
    this.pools = { order: poolFor(urls.order), payment: poolFor(urls.payment), stock: poolFor(urls.stock) };
  }

  async close(): Promise<void> {
    await Promise.all(SERVICES.map((service) => this.pools[service].end()));
  }

  async rows<T extends object>(service: ServiceName, sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.pools[service].query<T>(sql, values)).rows;
  }

  /**
   * Waits until nothing is under way: no open saga, no unsettled payment, nothing in an outbox, and no message between
   * two services, which shows as books that do not agree yet. Returns what was the last to end; says what is left when that
   * does not come about.
   */
  async quiet(timeoutMs = 60_000): Promise<readonly string[]> {
    const deadline = Date.now() + timeoutMs;
    for (let last: readonly string[] = []; ; ) {
      const open = await this.underWay();
      if (open.length === 0) return last;
      last = open;
      if (Date.now() > deadline) throw new Error(`still under way after ${timeoutMs} ms: ${open.join(', ')}`);
      await pause(POLL_MS);
    }
  }

  /** Every broken invariant of every service and across them, in words. Only quiet systems keep all of them. */
  async violations(): Promise<string[]> {
    const found = await Promise.all(SERVICES.map((service) => this.violationsOf(service, () => true)));
    return [...found.flat(), ...(await crossServiceViolations(this.pools))];
  }

  /** What must hold at every moment, whatever is under way. */
  async violationsNow(service: ServiceName): Promise<string[]> {
    return this.violationsOf(service, holdsAlways);
  }

  private async violationsOf(service: ServiceName, which: (one: Invariant) => boolean): Promise<string[]> {
    const found: string[] = [];
    for (const { id, name, sql } of INVARIANTS[service].filter(which)) {
      const rows = await this.rows(service, sql);
      for (const row of rows.slice(0, 3)) found.push(`${service} ${id} "${name}": ${JSON.stringify(row)}`);
    }
    return found;
  }

  /**
   * What is on its way between two services shows in their books, what is in hand in the rows of one. It can go from the
   * former to the latter while we look: so at the rows before and afterwards.
   */
  private async underWay(): Promise<string[]> {
    const open = await this.open();
    if (open.length > 0) return open;
    const apart = await crossServiceViolations(this.pools);
    return apart.length > 0 ? apart : this.open();
  }

  private async open(): Promise<string[]> {
    const open: string[] = [];
    for (const [service, what, from] of UNDER_WAY) {
      const { length } = await this.rows(service, `select 1 from ${from}`);
      if (length > 0) open.push(`${length} ${what}`);
    }
    return open;
  }
}

function poolFor(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 2 });
  // A database that restarts under a test closes idle connections; the next query opens another.
  pool.on('error', () => undefined);
  return pool;
}
