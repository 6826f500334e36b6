/** What was seen of the event loop since it was last looked at. */
export interface LoopReading {
  /** How late timers were, 99th percentile. */
  readonly p99Ms: number;
  /** Of a core, by this process, in that time. */
  readonly cpuShare: number;
}

/**
 * Who uses less is kept waiting by others on the machine: to refuse requests would help nobody. What Node calls the utilization of
 * the event loop does not tell the two apart, because it counts the time in which the process wants to run and may not.
 */
const BUSY = 0.75;

/**
 * How late the event loop is, for good: one pause, of a collection of garbage or of the whole machine, is over before anybody
 * could do something about it. So it takes two readings in a row.
 */
export class LoopGuard {
  #before = 0;

  /** What both the last reading and this one exceed. */
  delayOf({ p99Ms, cpuShare }: LoopReading): number {
    const now = cpuShare < BUSY ? 0 : p99Ms;
    const delayMs = Math.min(this.#before, now);
    this.#before = now;
    return delayMs;
  }
}
