import { createHash } from 'node:crypto';
import { Branch, type Budget, type Path } from './branch.js';
import { type Tampering } from './world.js';

export interface Explored {
  readonly path: string;
  readonly states: number;
  readonly transitions: number;
  /** States in which nothing more can happen. */
  readonly ends: number;
  /** False: there are more states than the bound let see. */
  readonly isComplete: boolean;
  readonly broken: readonly Broken[];
}

export interface Broken {
  readonly history: readonly string[];
  readonly words: string;
}

export interface Exploring {
  readonly path: Path;
  readonly budget: Budget;
  /** So many states at most. */
  readonly bound: number;
  readonly tampering?: Tampering;
  readonly onState?: (states: number, transitions: number) => void;
}

/** Enough to see what is wrong. */
const MAX_BROKEN = 5;

/**
 * Every order in which things can happen to one order, each state once. A world cannot be copied, so each branch but the
 * first is found again by doing the same from the beginning.
 */
export async function explore({
  path,
  budget,
  bound,
  tampering = {},
  onState,
}: Exploring): Promise<Explored> {
  const seen = new Set<string>();
  const broken: Broken[] = [];
  let transitions = 0;
  let ends = 0;
  const isOver = (): boolean => seen.size >= bound || broken.length >= MAX_BROKEN;

  const begin = async (choices: readonly number[]): Promise<Branch> => {
    const branch = new Branch(path, budget, tampering);
    for (const choice of choices)
      await branch.take(branch.moves()[choice] as ReturnType<Branch['moves']>[number]);
    return branch;
  };
  const visit = async (
    branch: Branch,
    choices: readonly number[],
    names: readonly string[],
  ): Promise<void> => {
    const { world } = branch;
    if (world.broken.length > 0) {
      broken.push({ history: names, words: world.broken[0] as string });
      return world.end();
    }
    const key = createHash('md5').update(branch.key).digest('base64');
    if (seen.has(key) || isOver()) return world.end();
    seen.add(key);
    const moves = branch.moves();
    onState?.(seen.size, transitions);
    if (moves.every(({ name }) => name.startsWith('fault'))) {
      ends++;
      // Judged as it stands; what may still go wrong is taken as well.
      await world.judge();
      if (world.broken.length > 0) broken.push({ history: names, words: world.broken[0] as string });
    }
    const isSpent = moves.length === 0 || world.broken.length > 0;
    if (isSpent) world.end();
    for (const [i, { name }] of moves.entries()) {
      if (isOver()) return;
      const next = i === 0 && !isSpent ? branch : await begin(choices);
      await next.take(next.moves()[i] as (typeof moves)[number]);
      transitions++;
      await visit(next, [...choices, i], [...names, name]);
    }
  };
  await visit(await begin([]), [], []);
  return { path: path.name, states: seen.size, transitions, ends, isComplete: seen.size < bound, broken };
}
