const EVERY_MS = 1_000;

/** Counts what was printed or fed, and says so now and then. */
export class Progress {
  count = 0;
  #told = Date.now();
  #offset = -1;

  /** @param {number | undefined} limit */
  constructor(limit = Number.POSITIVE_INFINITY) {
    this.limit = limit;
  }

  get isDone() {
    return this.count >= this.limit;
  }

  /** How many events may still be taken. */
  get left() {
    return this.limit - this.count;
  }

  /** @param {number} events @param {number} offset */
  add(events, offset) {
    this.count += events;
    this.#offset = offset;
    if (Date.now() - this.#told < EVERY_MS) return;
    this.#told = Date.now();
    console.error(`… ${this.#words()}`);
  }

  end() {
    console.error(this.#words());
  }

  #words() {
    return `${this.count} event(s)${this.#offset < 0 ? '' : `, up to offset ${this.#offset}`}`;
  }
}
