import { type Current, type Decision, type Rules, type Versioned } from '#loop';
import { type Message } from '#messaging';

/** How often each thing has happened, over many worlds. */
export type Counts = Map<string, number>;

export function count(counts: Counts, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

export type CellOf<S, M> = (current: Current<S>, message: M, now: Date) => string | undefined;

/** The same rules. Each decision is counted under what it was about, and under what it has led to. */
export function counting<S extends Versioned, R, M extends Message>(
  rules: Rules<S, R, M>,
  cellOf: CellOf<S, M>,
  counts: Counts,
): Rules<S, R, M> {
  const note = (decision: Decision<S, R>): Decision<S, R> => {
    for (const { contract } of decision.send ?? []) count(counts, `sent ${contract.name}`);
    for (const effect of decision.effects ?? []) {
      const { how, call } = effect as { how?: string; call?: { operation: string } };
      if (call) count(counts, `provider ${how} ${call.operation}`);
    }
    return decision;
  };
  return {
    ...rules,
    decide(current, message, now) {
      const cell = cellOf(current, message, now);
      if (cell !== undefined) count(counts, cell);
      return note(rules.decide(current, message, now));
    },
  };
}
