import { setTimeout as pause } from 'node:timers/promises';
import { type Queryable } from './tx.js';

/** How far a clock is moved: by so much, and at least so far ahead of the true time. In milliseconds. */
export interface Advance {
  readonly byMs: number;
  readonly atLeastMs: number;
}

/** How often a replica looks: at a clock that only drifts, and at one that tests may move. */
const LOOK_MS = { steady: 60_000, movable: 100 };
/** Two clocks drift apart by less than this for each millisecond, in milliseconds. */
const DRIFT = 0.001;
/** Ten years: far beyond every deadline there is, and within what a date can be written as. */
export const MOST_AHEAD_MS = 3_650 * 86_400_000;

const TRUE_TIME = 'select extract(epoch from clock_timestamp())::float8 * 1000 as ms';
const STEADY = { name: 'clock', text: `${TRUE_TIME}, 0 as ahead` };
const MOVABLE = {
  name: 'movable-clock',
  text: `${TRUE_TIME}, coalesce((select ahead_ms from test_clock), 0)::float8 as ahead`,
};
const ADVANCE = {
  name: 'advance-clock',
  text: `insert into test_clock (ahead_ms) values (greatest($1::bigint, $2::bigint))
         on conflict (is_only) do update set ahead_ms = greatest(test_clock.ahead_ms + $1::bigint, $2::bigint)
           where greatest(test_clock.ahead_ms + $1::bigint, $2::bigint) <= $3::bigint
         returning ahead_ms::float8 as ahead`,
};

/**
 * The database's clock: all processes of a service agree on it, whatever their own clocks say. In a sandbox, tests move
 * it ahead; everywhere else what stands in the table of the test clock is not even read.
 */
export class Clock {
  readonly lookMs: number;
  /** What is to be added to performance.now(), which a change of the machine's clock does not move. */
  private offsetMs = performance.timeOrigin;
  /** By how much that may be wrong: half of the time that its answer took. */
  private doubtMs = Number.POSITIVE_INFINITY;
  private measuredAt = 0;
  private ahead = 0;
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly db: Queryable,
    readonly isMovable: boolean,
  ) {
    this.lookMs = isMovable ? LOOK_MS.movable : LOOK_MS.steady;
  }

  now(): Date {
    return new Date(Math.round(performance.now() + this.offsetMs) + this.ahead);
  }

  /** What a statement adds to now(). 0 unless a test has moved the clock. */
  get aheadMs(): number {
    return this.ahead;
  }

  /** Measures how far the database's clock is from ours, and sees whether a test has moved it. */
  async look(): Promise<void> {
    const before = performance.now();
    const { rows } = await this.db.query<{ ms: number; ahead: number }>(this.isMovable ? MOVABLE : STEADY);
    const after = performance.now();
    if (rows[0]) this.measured(rows[0].ms - (before + after) / 2, (after - before) / 2, after);
    this.moveTo(rows[0]?.ahead ?? 0);
  }

  /**
   * An answer that was long under way says less than what is known already: half a second of waiting for a processor would make two
   * replicas disagree by a quarter. Unless it can only be that the database's clock was set.
   */
  private measured(offsetMs: number, doubtMs: number, now: number): void {
    const known = this.doubtMs + (now - this.measuredAt) * DRIFT;
    if (doubtMs > known && Math.abs(offsetMs - this.offsetMs) <= doubtMs + known) return;
    this.offsetMs = offsetMs;
    this.doubtMs = doubtMs;
    this.measuredAt = now;
  }

  /**
   * For all replicas: resolves when each had the time to look. Gives how far ahead the clock is then; undefined, and
   * nothing has changed, when that would be too far.
   */
  async advance({ byMs, atLeastMs }: Advance): Promise<number | undefined> {
    if (!this.isMovable) throw new Error('this clock is not for tests to move: see TEST_CLOCK');
    const { rows } = await this.db.query<{ ahead: number }>({
      ...ADVANCE,
      values: [byMs, atLeastMs, MOST_AHEAD_MS],
    });
    const ahead = rows[0]?.ahead;
    if (ahead === undefined) return undefined;
    await pause(2 * this.lookMs);
    this.moveTo(ahead);
    return ahead;
  }

  /** Called whenever the clock has been moved, here or by another replica. */
  onAdvance(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Never back: an earlier look may be answered later. */
  private moveTo(ahead: number): void {
    if (ahead <= this.ahead) return;
    this.ahead = ahead;
    for (const listener of this.listeners) listener();
  }
}
