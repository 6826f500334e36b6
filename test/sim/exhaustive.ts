import { createHash } from 'node:crypto';
import { Branch, type Budget, type Move, type Path } from './branch.js';
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
export async function explore(exploring: Exploring): Promise<Explored> {
  const search = new Search(exploring);
  await search.visit(await search.begin([]), [], []);
  return search.found;
}

class Search {
  private readonly seen = new Set<string>();
  private readonly broken: Broken[] = [];
  private transitions = 0;
  private ends = 0;

  constructor(private readonly exploring: Exploring) {}

  get found(): Explored {
    const { seen, broken, transitions, ends } = this;
    const { path, bound } = this.exploring;
    return { path: path.name, states: seen.size, transitions, ends, isComplete: seen.size < bound, broken };
  }

  async begin(choices: readonly number[]): Promise<Branch> {
    const { path, budget, tampering = {} } = this.exploring;
    const branch = new Branch(path, budget, tampering);
    for (const choice of choices) await branch.take(branch.moves()[choice] as Move);
    return branch;
  }

  async visit(branch: Branch, choices: readonly number[], names: readonly string[]): Promise<void> {
    const { world } = branch;
    if (this.isBroken(branch, names) || !this.isNew(branch)) return world.end();
    const moves = branch.moves();
    this.exploring.onState?.(this.seen.size, this.transitions);
    if (moves.every(({ name }) => name.startsWith('fault'))) {
      this.ends++;
      // As it stands; what may still go wrong is taken as well.
      await world.judge();
    }
    const isSpent = this.isBroken(branch, names) || moves.length === 0;
    if (isSpent) world.end();
    for (const [i, { name }] of moves.entries()) {
      if (this.isOver) return;
      const next = i === 0 && !isSpent ? branch : await this.begin(choices);
      await next.take(next.moves()[i] as Move);
      this.transitions++;
      await this.visit(next, [...choices, i], [...names, name]);
    }
  }

  private get isOver(): boolean {
    return this.seen.size >= this.exploring.bound || this.broken.length >= MAX_BROKEN;
  }

  private isBroken({ world }: Branch, history: readonly string[]): boolean {
    const [words] = world.broken;
    if (words !== undefined) this.broken.push({ history, words });
    return words !== undefined;
  }

  private isNew(branch: Branch): boolean {
    if (this.isOver) return false;
    const key = createHash('md5').update(branch.key).digest('base64');
    const isNew = !this.seen.has(key);
    this.seen.add(key);
    return isNew;
  }
}
