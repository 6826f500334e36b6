import { pause } from './wait.mjs';

/**
 * @typedef {object} Step
 * @property {number} rate calls per second
 * @property {number} ms
 */
/**
 * @typedef {object} Ended
 * @property {number} dueMs since the loop began
 * @property {number} lateMs from then to its answer: what a client would have waited
 * @property {number} tookMs from its sending to its answer
 * @property {string} outcome
 */

const TICK_MS = 2;

/**
 * Calls come at their rate, whether or not those before them have been answered. What is under way at the end is waited for.
 * @param {readonly Step[]} steps one after the other
 * @param {() => Promise<string>} call its outcome in a word
 * @returns {Promise<Ended[]>}
 */
export async function openLoop(steps, call) {
  /** @type {Ended[]} */
  const ended = [];
  /** @type {Promise<void>[]} */
  const calls = [];
  const began = performance.now();
  const make = async (/** @type {number} */ dueMs) => {
    const sent = performance.now();
    const outcome = await call().catch((error) => String(error.message));
    const now = performance.now();
    ended.push({ dueMs, lateMs: now - began - dueMs, tookMs: now - sent, outcome });
  };
  let stepBegan = 0;
  for (const { rate, ms } of steps) {
    const count = Math.round((rate * ms) / 1_000);
    for (let made = 0; made < count; ) {
      const due = Math.min(count, Math.floor(((performance.now() - began - stepBegan) * rate) / 1_000));
      for (; made < due; made++) calls.push(make(stepBegan + (made * 1_000) / rate));
      await pause(TICK_MS);
    }
    stepBegan += ms;
  }
  await Promise.all(calls);
  return ended;
}
