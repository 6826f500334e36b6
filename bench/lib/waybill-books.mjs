import pg from 'pg';
import { loadInvariants } from '../../tools/verify/invariants.mjs';
import { presenceFaults } from './presence.mjs';
import { untilQuiet } from './wait.mjs';

/** @typedef {import('./targets.mjs').Books} Books */
/** @typedef {'order' | 'payment' | 'stock'} Service */

const QUIET_MS = 30_000;
const SERVICES = /** @type {const} */ (['order', 'payment', 'stock']);

/** What is not finished yet, by service. @type {readonly (readonly [Service, string, string])[]} */
const UNDER_WAY = [
  ['order', 'open orders', `select 1 from orders where phase in ('reserving', 'charging', 'paying')`],
  ['payment', 'unsettled payments', `select 1 from payments where status in ('requested', 'unknown')`],
  ['stock', 'held reservations', `select 1 from reservations where status = 'held'`],
  ['order', 'messages in the outbox of order', 'select 1 from outbox'],
  ['payment', 'messages in the outbox of payment', 'select 1 from outbox'],
  ['stock', 'messages in the outbox of stock', 'select 1 from outbox'],
];

/** @implements {Books} */
export class WaybillBooks {
  #accepted = 0;
  #lost = 0;

  /** @param {Record<string, string>} urls of the databases, by service */
  constructor(urls) {
    this.pools = /** @type {Record<Service, pg.Pool>} */ (
      Object.fromEntries(
        SERVICES.map((name) => [name, new pg.Pool({ connectionString: urls[name], max: 2 })]),
      )
    );
    for (const pool of Object.values(this.pools)) pool.on('error', () => undefined);
  }

  /** @param {readonly { id: string, status: string }[]} placed @param {number} lost */
  async afterRun(placed, lost) {
    this.#accepted += placed.length;
    this.#lost += lost;
    const left = await untilQuiet(() => this.#underWay(), QUIET_MS);
    const faults = await presenceFaults({
      pool: this.pools.order,
      state: 'phase',
      placed,
      accepted: this.#accepted,
      lost: this.#lost,
    });
    return [...left.map((what) => `${what} after ${QUIET_MS / 1_000} s of rest`), ...faults];
  }

  /** The invariants that every test of the whole system checks. */
  async atEnd() {
    const { invariants, crossServiceViolations } = await loadInvariants();
    const faults = await crossServiceViolations(this.pools);
    for (const service of SERVICES) {
      for (const { id, name, sql } of invariants[service]) {
        const { rows } = await this.pools[service].query(sql);
        if (rows.length > 0) {
          faults.push(
            `${service} ${id} "${name}" is broken ${rows.length} times: ${JSON.stringify(rows[0])}`,
          );
        }
      }
    }
    return faults.slice(0, 20);
  }

  async close() {
    await Promise.all(Object.values(this.pools).map((pool) => pool.end()));
  }

  async #underWay() {
    const left = [];
    for (const [service, what, sql] of UNDER_WAY) {
      const { rowCount } = await this.pools[service].query(sql);
      if (rowCount) left.push(`${rowCount} ${what}`);
    }
    return left;
  }
}
