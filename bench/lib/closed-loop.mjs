import { latencyOf } from './statistics.mjs';
import { pause } from './wait.mjs';

/**
 * @typedef {object} Job
 * @property {number} clients
 * @property {number} warmUpMs
 * @property {number} measureMs
 */

/**
 * @typedef {object} Measured
 * @property {number} count calls that ended well inside the window
 * @property {number} seconds length of the window
 * @property {number} rate per second
 * @property {import('./statistics.mjs').Latency} latencyMs
 * @property {Record<string, number>} errors how often, by message; of the warm-up too
 * @property {number} cpuSeconds of this process, inside the window
 */

/** After a failure a client rests a little, so that a contender that is down is not asked a million times. */
const AFTER_FAILURE_MS = 50;

/**
 * Every client calls again as soon as it has its answer. Only answers inside the window count; after it
 * closes, calls in flight are waited for, so that each has an outcome.
 * @param {Job} job
 * @param {(client: number) => Promise<void>} call
 * @param {(open: boolean) => void} window told when it opens and closes
 * @returns {Promise<Measured>}
 */
export async function closedLoop({ clients, warmUpMs, measureMs }, call, window) {
  /** @type {number[]} */
  const latencies = [];
  /** @type {Record<string, number>} */
  const errors = {};
  let open = false;
  let stopped = false;

  const loop = async (/** @type {number} */ client) => {
    while (!stopped) {
      const began = performance.now();
      try {
        await call(client);
        if (open) latencies.push(performance.now() - began);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        errors[message] = (errors[message] ?? 0) + 1;
        await pause(AFTER_FAILURE_MS);
      }
    }
  };
  const loops = Array.from({ length: clients }, (_, client) => loop(client));

  await pause(warmUpMs);
  window(true);
  open = true;
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  await pause(measureMs);
  open = false;
  const seconds = (performance.now() - began) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  window(false);
  stopped = true;
  await Promise.all(loops);

  const count = latencies.length;
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  return { count, seconds, rate: count / seconds, latencyMs: latencyOf(latencies), errors, cpuSeconds };
}
