import { type Versioned } from '#loop';
import { type MemoryDatabase } from '../memory-database.js';

/**
 * An invariant of test/invariants as a function over the rows in memory: SQL cannot run there. Id and name are those of
 * the statement, so that a report of either says the same; laws.spec.ts keeps the two lists together.
 */
export interface Law<S extends Versioned, R> {
  readonly id: string;
  readonly name: string;
  /** Whatever breaks it, in words. */
  readonly broken: (database: MemoryDatabase<S, R>) => Iterable<string>;
}

/** Every violation of laws whose id begins so: "A" at any moment, "Q" once all is quiet. */
export function violations<S extends Versioned, R>(
  laws: readonly Law<S, R>[],
  database: MemoryDatabase<S, R>,
  kind: 'A' | 'Q',
): string[] {
  const found: string[] = [];
  for (const { id, name, broken } of laws) {
    if (!id.startsWith(kind)) continue;
    for (const words of broken(database)) found.push(`${id} "${name}": ${words}`);
  }
  return found;
}

/** A law about each row by itself. */
export function each<S extends Versioned, R, T extends S>(
  is: (state: S) => state is T,
  isBroken: (state: T, database: MemoryDatabase<S, R>) => boolean,
): Law<S, R>['broken'] {
  return function* broken(database) {
    for (const state of database.rows.values()) {
      if (is(state) && isBroken(state, database)) yield JSON.stringify(state);
    }
  };
}

export function sumOf<T>(all: Iterable<T>, amountOf: (one: T) => number): number {
  let sum = 0;
  for (const one of all) sum += amountOf(one);
  return sum;
}

/** Steps of one thing: each begins where the one before it led, one version at a time, and is one that there may be. */
export function* illegalSteps(
  steps: Iterable<{
    readonly of: string;
    readonly version: number;
    readonly from: string | null;
    readonly to: string;
    readonly isLegal: boolean;
  }>,
): Iterable<string> {
  const last = new Map<string, { readonly version: number; readonly to: string }>();
  for (const step of steps) {
    const before = last.get(step.of);
    const follows = step.version === (before?.version ?? 0) + 1 && step.from === (before?.to ?? null);
    if (!follows || !step.isLegal) yield JSON.stringify(step);
    last.set(step.of, step);
  }
}
