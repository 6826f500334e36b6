/** `late`: an answer, but the next one may not come in time. `void`: says nothing about who was asked. */
export type CallOutcome = 'answered' | 'late' | 'failed' | 'void';

export type BreakerState = 'closed' | 'half open' | 'open';

/**
 * What a call was let through as. While the breaker is not closed, only what probes of this opening find out counts: one that was sent
 * after an earlier one may end later, for a call without an answer takes longer than the pause.
 */
export type Pass = 'call' | `probe ${number}`;

/** What counts is the last ten seconds, in slices of one. */
const SLICE_MS = 1_000;
const SLICES = 10;
const FEWEST = 20;
const SHARE = 0.5;
/** With a quarter of jitter, so that not every gateway comes back in the same moment. */
const PAUSE_MS = 2_000;
const PROBES = 3;

interface Slice {
  answered: number;
  failed: number;
}

/**
 * Whether somebody is still asked who no longer answers. It opens when half of at least twenty calls of the last ten
 * seconds have failed or were late, or when twenty in a row have failed: who stops in full flow has thousands of good answers in
 * those ten seconds. A pause after which many answers come late, all at once, is over by then. After two seconds three calls at a time find out; three answers close it. Times are of a clock that never goes back.
 */
export class Breaker {
  #state: BreakerState = 'closed';
  #slices: Slice[] = empty();
  #at = 0;
  #inRow = 0;
  #reopensAt = 0;
  #openings = 0;
  #probes = 0;
  #proofs = 0;

  constructor(private readonly random: () => number = Math.random) {}

  get state(): BreakerState {
    return this.#state;
  }

  /** Undefined: not now. */
  enter(nowMs: number): Pass | undefined {
    if (this.#state === 'closed') return 'call';
    if (this.#state === 'open') {
      if (nowMs < this.#reopensAt) return undefined;
      this.#state = 'half open';
      this.#probes = 0;
      this.#proofs = 0;
    }
    if (this.#probes >= PROBES) return undefined;
    this.#probes++;
    return this.#probe;
  }

  leave(pass: Pass, outcome: CallOutcome, nowMs: number): void {
    if (pass === this.#probe) this.#proved(outcome, nowMs);
    else if (pass === 'call' && this.#state === 'closed' && outcome !== 'void') this.#count(outcome, nowMs);
  }

  /** Seconds after which it may be worth asking again. */
  retryAfter(nowMs: number): number {
    return Math.max(1, Math.ceil((this.#reopensAt - nowMs) / 1_000));
  }

  get #probe(): Pass {
    return `probe ${this.#openings}`;
  }

  #proved(outcome: CallOutcome, nowMs: number): void {
    if (this.#state !== 'half open') return;
    this.#probes--;
    if (outcome === 'failed' || outcome === 'late') this.#open(nowMs);
    else if (outcome === 'answered' && ++this.#proofs === PROBES) this.#close();
  }

  #count(outcome: Exclude<CallOutcome, 'void'>, nowMs: number): void {
    this.#inRow = outcome === 'failed' ? this.#inRow + 1 : 0;
    this.#sliceAt(nowMs)[outcome === 'answered' ? 'answered' : 'failed']++;
    if (outcome === 'answered') return;
    const failed = sum(this.#slices, 'failed');
    const all = failed + sum(this.#slices, 'answered');
    if (this.#inRow >= FEWEST || (all >= FEWEST && failed >= all * SHARE)) this.#open(nowMs);
  }

  #sliceAt(nowMs: number): Slice {
    const now = Math.floor(nowMs / SLICE_MS);
    for (let at = Math.max(this.#at + 1, now - SLICES + 1); at <= now; at++) {
      this.#slices[at % SLICES] = { answered: 0, failed: 0 };
    }
    this.#at = now;
    return this.#slices[now % SLICES] as Slice;
  }

  #open(nowMs: number): void {
    this.#state = 'open';
    this.#openings++;
    this.#reopensAt = nowMs + PAUSE_MS * (0.75 + this.random() / 2);
  }

  #close(): void {
    this.#state = 'closed';
    this.#slices = empty();
    this.#inRow = 0;
  }
}

const empty = (): Slice[] => Array.from({ length: SLICES }, () => ({ answered: 0, failed: 0 }));

function sum(slices: readonly Slice[], outcome: keyof Slice): number {
  return slices.reduce((total, slice) => total + slice[outcome], 0);
}
