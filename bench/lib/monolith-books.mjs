import { monolithInvariants } from '../monolith/books.mjs';
import { presenceFaults } from './presence.mjs';

/** @typedef {import('./targets.mjs').Books} Books */

/** @implements {Books} */
export class MonolithBooks {
  #accepted = 0;
  #lost = 0;

  /** @param {import('pg').Pool} pool @param {number} onHand of every product at the beginning */
  constructor(pool, onHand) {
    this.pool = pool;
    this.onHand = onHand;
  }

  /** @param {readonly { id: string, status: string }[]} placed @param {number} lost */
  async afterRun(placed, lost) {
    this.#accepted += placed.length;
    this.#lost += lost;
    const sums = { accepted: this.#accepted, lost: this.#lost };
    return presenceFaults({ pool: this.pool, state: 'status', placed, ...sums });
  }

  async atEnd() {
    const faults = [];
    for (const { name, sql } of monolithInvariants) {
      const { rows } = await this.pool.query(sql, sql.includes('$1') ? [this.onHand] : []);
      if (rows.length > 0)
        faults.push(`"${name}" is broken ${rows.length} times: ${JSON.stringify(rows[0])}`);
    }
    return faults;
  }
}
