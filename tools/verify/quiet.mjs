import { setTimeout as pause } from 'node:timers/promises';
import { note } from '../infra/say.mjs';

/** @typedef {import('./invariants.mjs').Invariants['underWay']} UnderWay */
/** @typedef {Record<UnderWay[number][0], { query(sql: string): Promise<{ rows: { count: number }[] }> }>} Pools */

const POLL_MS = 250;
const TELL_MS = 5_000;

/**
 * Waits until nothing is under way, and tells now and then what is. Gives what is left when the time is over.
 * @param {UnderWay} underWay @param {Pools} pools @param {number} waitMs
 */
export async function untilQuiet(underWay, pools, waitMs) {
  const deadline = Date.now() + waitMs;
  let told = Date.now();
  for (;;) {
    const left = await countLeft(underWay, pools);
    if (left.length === 0 || Date.now() >= deadline) return left;
    if (Date.now() - told > TELL_MS) {
      note(`waiting for ${left.join(', ')}`);
      told = Date.now();
    }
    await pause(POLL_MS);
  }
}

/** @param {UnderWay} underWay @param {Pools} pools */
export async function countLeft(underWay, pools) {
  const left = [];
  for (const [service, what, from] of underWay) {
    const { rows } = await pools[service].query(`select count(*)::int as count from ${from}`);
    if (rows[0]?.count) left.push(`${rows[0].count} ${what}`);
  }
  return left;
}
