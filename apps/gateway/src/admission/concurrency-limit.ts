export interface LimitOptions {
  /** So many are let in however slow the answers are: fewer would not fill the batches that make the services fast. */
  readonly fewest: number;
  readonly most: number;
  /** What an answer of a service may take on average. */
  readonly targetMs: number;
}

/** One step per window: long enough to have seen what the last step did. */
const WINDOW_MS = 100;
/** Of fewer answers an average says nothing. */
const FEWEST_ANSWERS = 10;
const GROWTH = 8;
const SHRINKING = 0.9;
/**
 * While answers come in time there is room for so many times the fewest, used or not: when a disk stands still for some tenths of a
 * second, those who come meanwhile are no overload.
 */
const AT_REST = 2;

/**
 * How many requests may be under way: some more while answers come in time and the room is used, a tenth less when they do not
 * (AIMD, as in TCP). Times are of a clock that never goes back.
 */
export class ConcurrencyLimit {
  #limit: number;
  #windowEndsAt = 0;
  #count = 0;
  #sumMs = 0;
  #peak = 0;

  constructor(private readonly options: LimitOptions) {
    this.#limit = this.#atRest;
  }

  get value(): number {
    return this.#limit;
  }

  /** An answer came, after so long, while so many requests were under way. */
  answered(ms: number, inFlight: number, nowMs: number): void {
    this.#count++;
    this.#sumMs += ms;
    if (inFlight > this.#peak) this.#peak = inFlight;
    if (nowMs < this.#windowEndsAt || this.#count < FEWEST_ANSWERS) return;
    this.#limit = this.#next(this.#sumMs / this.#count);
    this.#windowEndsAt = nowMs + WINDOW_MS;
    this.#count = 0;
    this.#sumMs = 0;
    this.#peak = 0;
  }

  #next(averageMs: number): number {
    const { fewest, most, targetMs } = this.options;
    if (averageMs > targetMs) return Math.max(fewest, Math.floor(this.#limit * SHRINKING));
    // More than that only when it is used: what nobody has used may be too much.
    const isUsed = this.#peak * 2 >= this.#limit;
    return isUsed || this.#limit < this.#atRest ? Math.min(most, this.#limit + GROWTH) : this.#limit;
  }

  get #atRest(): number {
    const { fewest, most } = this.options;
    return Math.min(most, fewest * AT_REST);
  }
}
