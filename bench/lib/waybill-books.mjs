import pg from 'pg';
import { loadInvariants } from '../../tools/verify/invariants.mjs';
import { countLeft } from '../../tools/verify/quiet.mjs';
import { presenceFaults } from './presence.mjs';
import { inSlices } from './slices.mjs';
import { untilQuiet } from './wait.mjs';

/** @typedef {import('./targets.mjs').Books} Books */
/** @typedef {'order' | 'payment' | 'stock'} Service */

const QUIET_MS = 30_000;
/** For one look into the books: a bench that is interrupted waits for it, and one whose check has a bad plan would for hours. */
export const CHECK_MS = 300_000;
/** A commit between two services is in no table but this; an order that is confirmed has its goods taken. @type {readonly ['stock', string, string]} */
const COMMITS_TO_COME = ['stock', 'held reservations', `reservations where status = 'held'`];
const SERVICES = /** @type {const} */ (['order', 'payment', 'stock']);

/** @implements {Books} */
export class WaybillBooks {
  #accepted = 0;
  #lost = 0;

  /** @param {Record<string, string>} urls of the databases, by service */
  constructor(urls) {
    this.pools = /** @type {Record<Service, pg.Pool>} */ (
      Object.fromEntries(
        SERVICES.map((name) => [
          name,
          new pg.Pool({ connectionString: urls[name], max: 2, statement_timeout: CHECK_MS }),
        ]),
      )
    );
    for (const pool of Object.values(this.pools)) pool.on('error', () => undefined);
  }

  /** Orders that came into the tables by another way than the front door. @param {number} count */
  haveAlready(count) {
    this.#accepted += count;
  }

  /** @param {readonly { id: string, status: string }[]} placed @param {number} lost */
  async afterRun(placed, lost) {
    this.#accepted += placed.length;
    this.#lost += lost;
    const left = await this.untilQuiet(QUIET_MS);
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
    const { own, crossServiceViolations } = await loadInvariants();
    const faults = await inSlices(this.pools, crossServiceViolations);
    for (const service of SERVICES) {
      for (const { id, name, sql } of own[service]) {
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

  /** Until nothing is under way. @param {number} ms at most @returns {Promise<string[]>} what is left then */
  untilQuiet(ms) {
    return untilQuiet(() => this.#underWay(), ms);
  }

  async #underWay() {
    const { underWay } = await loadInvariants();
    return countLeft([...underWay, COMMITS_TO_COME], this.pools);
  }
}
