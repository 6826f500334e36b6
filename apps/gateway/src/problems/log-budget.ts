const PER_SECOND = 10;

/** How many lines of one kind are worth writing: the first ones of every second. The next line tells of those left out. */
export class LogBudget {
  #second = 0;
  #written = 0;
  #left = 0;

  /** How many were left out before this line; undefined when this one is left out too. */
  take(nowMs: number): number | undefined {
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.#second) this.#written = 0;
    this.#second = second;
    if (this.#written >= PER_SECOND) {
      this.#left++;
      return undefined;
    }
    this.#written++;
    const left = this.#left;
    this.#left = 0;
    return left;
  }
}
