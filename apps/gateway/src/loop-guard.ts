/** What was seen of the event loop since it was last looked at. */
export interface LoopReading {
  /** How late timers were, 99th percentile. */
  readonly p99Ms: number;
  /** Share of the time in which it had something to do. */
  readonly utilization: number;
}

/** Below it the machine is busy, not this process: to refuse requests would help nobody. */
const BUSY = 0.75;

/**
 * How late the event loop is, for good: one pause, of a collection of garbage or of the whole machine, is over before anybody
 * could do something about it. So it takes two readings in a row.
 */
export class LoopGuard {
  #before = 0;

  /** What both the last reading and this one exceed. */
  delayOf({ p99Ms, utilization }: LoopReading): number {
    const now = utilization < BUSY ? 0 : p99Ms;
    const delayMs = Math.min(this.#before, now);
    this.#before = now;
    return delayMs;
  }
}
