const START = Date.parse('2026-01-01T00:00:00.000Z');

/** The clock of every database and of the provider. It moves when the scheduler says so, and never back. */
export class SimulatedClock {
  /** As the database's clock has it: what a test has added. Here the time itself is moved. */
  readonly aheadMs = 0;
  private time = START;

  get ms(): number {
    return this.time;
  }

  now(): Date {
    return new Date(this.time);
  }

  get text(): string {
    return new Date(this.time).toISOString();
  }

  moveTo(ms: number): void {
    if (ms > this.time) this.time = ms;
  }

  /** Since the beginning, for people. */
  get words(): string {
    const total = this.time - START;
    const hours = Math.floor(total / 3_600_000);
    const rest = new Date(total % 3_600_000).toISOString().slice(14, 23);
    return `${hours}:${rest}`;
  }
}
