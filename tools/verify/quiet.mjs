import { setTimeout as pause } from 'node:timers/promises';
import { note } from '../infra/say.mjs';

/** @typedef {import('./invariants.mjs').Service} Service */

/** What is not finished yet, by service. @type {readonly (readonly [Service, string, string])[]} */
const UNDER_WAY = [
  ['order', 'open orders', `orders where phase in ('reserving', 'charging', 'paying', 'changing')`],
  ['payment', 'unsettled payments', 'payments where next_attempt_at is not null'],
  ['order', 'messages in the outbox of order', 'outbox'],
  ['payment', 'messages in the outbox of payment', 'outbox'],
  ['stock', 'messages in the outbox of stock', 'outbox'],
];
const POLL_MS = 250;
const TELL_MS = 5_000;

/**
 * Waits until nothing is under way, and tells now and then what is. Gives what is left when the time is over.
 * @param {Record<Service, { query(sql: string): Promise<{ rows: { count: number }[] }> }>} pools @param {number} waitMs
 */
export async function untilQuiet(pools, waitMs) {
  const deadline = Date.now() + waitMs;
  let told = Date.now();
  for (;;) {
    const left = await underWay(pools);
    if (left.length === 0 || Date.now() >= deadline) return left;
    if (Date.now() - told > TELL_MS) {
      note(`waiting for ${left.join(', ')}`);
      told = Date.now();
    }
    await pause(POLL_MS);
  }
}

/** @param {Parameters<typeof untilQuiet>[0]} pools */
async function underWay(pools) {
  const left = [];
  for (const [service, what, from] of UNDER_WAY) {
    const { rows } = await pools[service].query(`select count(*)::int as count from ${from}`);
    if (rows[0]?.count) left.push(`${rows[0].count} ${what}`);
  }
  return left;
}
