import { Rejected } from '#contracts';
import { type Bundle, type Caused, type Message, type Notice, type Outcome } from '#messaging';
import {
  type Appended,
  type Change,
  type Current,
  type Decision,
  type Effect,
  type Rules,
  type Versioned,
} from './rules.js';

/** All that a batch leads to. `outbox` is filled when it is saved. */
export interface Round<S, R, M> {
  readonly outcomes: readonly Outcome[];
  readonly changes: readonly Change<S>[];
  readonly appended: readonly Appended<R>[];
  readonly send: readonly Caused[];
  readonly notify: readonly Notice[];
  readonly effects: readonly { readonly effect: Effect; readonly cause: M }[];
  /** Keys that decisions have read and that nothing in this batch changes: no version compare will check them. */
  readonly restsOn: readonly string[];
  outbox: readonly Bundle[];
}

/**
 * Decides one message after the other, each against the state that the earlier ones have left. A message that cannot be
 * decided, because the rules throw, changes nothing and fails alone.
 */
export function decideAll<S extends Versioned, R, M extends Message>(
  rules: Rules<S, R, M>,
  messages: readonly M[],
  known: ReadonlyMap<string, S>,
  now: Date,
): Round<S, R, M> {
  const working = new Map(known);
  const changed = new Set<string>();
  const read = new Set<string>();
  const current: Current<S> = {
    get(key) {
      read.add(key);
      return working.get(key);
    },
  };
  const outcomes: Outcome[] = [];
  const appended: Appended<R>[] = [];
  const send: Caused[] = [];
  const notify: Notice[] = [];
  const effects: { effect: Effect; cause: M }[] = [];

  for (const message of messages) {
    const decision = checked(working, message, () => rules.decide(current, message, now));
    if (!('put' in decision)) {
      outcomes.push(decision);
      continue;
    }
    for (const [key, next] of decision.put) {
      working.set(key, next);
      changed.add(key);
    }
    for (const row of decision.append ?? []) appended.push({ row, cause: message });
    for (const outgoing of decision.send ?? []) send.push({ message: outgoing, cause: message });
    for (const effect of decision.effects ?? []) effects.push({ effect, cause: message });
    notify.push(...(decision.notify ?? []));
    outcomes.push({ ok: decision.answer ?? null });
  }

  const changes = [...changed]
    .sort()
    .map((key) => ({ key, before: known.get(key), after: working.get(key) as S }));
  const restsOn = [...read].filter((key) => !changed.has(key)).sort();
  return { outcomes, changes, appended, send, notify, effects, restsOn, outbox: [] };
}

type Applicable<S, R> = Decision<S, R> & { readonly put: NonNullable<Decision<S, R>['put']> };

function checked<S extends Versioned, R>(
  working: ReadonlyMap<string, S>,
  message: Message,
  decide: () => Decision<S, R>,
): Applicable<S, R> | Outcome {
  try {
    const decision = decide();
    if (decision.refuse) return { refused: decision.refuse };
    for (const [key, next] of decision.put ?? []) {
      const expected = (working.get(key)?.version ?? 0) + 1;
      if (next.version !== expected)
        throw new Error(`${message.type} made version ${next.version} of ${key}: expected ${expected}`);
    }
    return { ...decision, put: decision.put ?? [] };
  } catch (error) {
    return error instanceof Rejected ? { refused: error } : { failed: error };
  }
}
