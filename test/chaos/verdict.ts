import { type Attempt, type Deed } from './journal.js';

/** As in the total-queue checker of Jepsen: what became of everything that was asked for. */
export interface Counts {
  /** Requests, twins included once. */
  attempted: number;
  /** Acknowledged, and there once. */
  ok: number;
  /** The same, but at least one try was left in doubt. */
  recovered: number;
  /** Never acknowledged: there once or not at all. */
  unanswered: number;
  /** Answered with a no, and not there. */
  refused: number;
  /** Acknowledged, and not there. */
  lost: number;
  /** There more than once. */
  duplicated: number;
  /** There without having been asked for, or after a no. */
  unexpected: number;
}

const NONE: Counts = {
  attempted: 0,
  ok: 0,
  recovered: 0,
  unanswered: 0,
  refused: 0,
  lost: 0,
  duplicated: 0,
  unexpected: 0,
};

/** What is in the books: the ids of what bears the name of an attempt. */
export type Found = ReadonlyMap<string, readonly string[]>;

/** Repeats of these bear no key: a no after a try in doubt may be about what that try has done. */
const WITHOUT_KEY: readonly Deed[] = ['change', 'capture', 'void'];

export interface Verdict {
  readonly counts: Counts;
  readonly violations: readonly string[];
}

export function judge(deed: Deed, attempts: readonly Attempt[], found: Found): Verdict {
  const counts = { ...NONE };
  const violations: string[] = [];
  const byRef = Map.groupBy(attempts, ({ ref }) => ref);
  for (const [ref, tries] of byRef) {
    const ids = found.get(ref) ?? [];
    const fate = fateOf(tries, ids);
    counts.attempted++;
    counts[fate]++;
    if (isBad(fate)) violations.push(`${deed} ${ref} is ${fate}: ${JSON.stringify({ tries, ids })}`);
  }
  for (const [ref, ids] of found) {
    if (byRef.has(ref)) continue;
    counts.unexpected++;
    violations.push(`${deed} ${ref} is unexpected: nobody asked for ${ids.join()}`);
  }
  return { counts, violations };
}

type Fate = Exclude<keyof Counts, 'attempted'>;

const isBad = (fate: Fate): boolean => fate === 'lost' || fate === 'duplicated' || fate === 'unexpected';

/** Twins of one request share their fate: one answer is enough, and all must name the same. */
function fateOf(tries: readonly Attempt[], ids: readonly string[]): Fate {
  if (ids.length > 1) return 'duplicated';
  const acknowledged = tries.flatMap(({ id }) => (id === undefined ? [] : [id]));
  if (acknowledged.some((id) => id !== ids[0])) return 'lost';
  const isPromised = tries.some(({ promised }) => promised);
  if (isPromised && ids.length === 0) return 'lost';
  if (isPromised || acknowledged.length > 0) return tries.some(({ inDoubt }) => inDoubt) ? 'recovered' : 'ok';
  const isRefused = tries.every(
    ({ deed, refused, inDoubt }) => refused !== undefined && !(inDoubt && WITHOUT_KEY.includes(deed)),
  );
  if (!isRefused) return 'unanswered';
  return ids.length > 0 ? 'unexpected' : 'refused';
}

export function sumOf(all: readonly Counts[]): Counts {
  const sum = { ...NONE };
  for (const counts of all)
    for (const fate of Object.keys(sum) as (keyof Counts)[]) sum[fate] += counts[fate];
  return sum;
}
