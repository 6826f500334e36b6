import { type Rules, type Versioned } from '#loop';
import { type Message } from '#messaging';

/** How often each thing has happened, over many worlds. */
export type Counts = Map<string, number>;

export function count(counts: Counts, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

/** The same rules; each decision is counted under what it was about: where it stood, and what it was told. */
export function observed<S extends Versioned, R, M extends Message>(
  rules: Rules<S, R, M>,
  cellOf: (current: { get(key: string): S | undefined }, message: M, now: Date) => string | undefined,
  counts: Counts,
): Rules<S, R, M> {
  return {
    ...rules,
    decide(current, message, now) {
      const cell = cellOf(current, message, now);
      if (cell !== undefined) count(counts, cell);
      return rules.decide(current, message, now);
    },
  };
}
