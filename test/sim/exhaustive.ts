import { createHash } from 'node:crypto';
import { Branch, type Budget, isIndependent, type Move, type Path } from './branch.js';
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
 * first is found again by doing the same from the beginning. Of two things that have nothing to do with each other only one
 * order is tried: the other one leads to the same state (sleep sets, P. Godefroid 1996, with the states that are known kept).
 */
export async function explore(exploring: Exploring): Promise<Explored> {
  const search = new Search(exploring);
  await search.visit({ branch: await search.begin([]), choices: [], names: [], asleep: [] });
  return search.found;
}

interface Visit {
  readonly branch: Branch;
  readonly choices: readonly number[];
  readonly names: readonly string[];
  /** What need not happen next: all that it leads to is found, or was, where it happens earlier. */
  readonly asleep: readonly Move[];
}

class Search {
  /** Each state, and what was asleep whenever it was visited. */
  private readonly seen = new Map<string, readonly string[]>();
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

  async visit({ branch, choices, names, asleep }: Visit): Promise<void> {
    const { world } = branch;
    if (this.isBroken(branch, names) || this.isOver) return world.end();
    const key = createHash('md5').update(branch.key).digest('base64');
    const before = this.seen.get(key);
    const moves = branch.moves();
    if (before === undefined) await this.look(branch, moves);
    const sleeping = asleep.filter(({ name }) => before?.includes(name) ?? true);
    const awake = new Set((before ?? moves.map(({ name }) => name)).filter((name) => !isAmong(asleep, name)));
    this.seen.set(
      key,
      sleeping.map(({ name }) => name),
    );
    let own: Branch | undefined = branch;
    if (this.isBroken(branch, names) || awake.size === 0) {
      world.end();
      own = undefined;
    }
    for (const [i, { name }] of moves.entries()) {
      if (this.isOver) return;
      if (!awake.has(name)) continue;
      const next: Branch = own ?? (await this.begin(choices));
      own = undefined;
      const move = next.moves()[i] as Move;
      await next.take(move);
      this.transitions++;
      const stillAsleep = sleeping.filter((other) => isIndependent(other, move));
      await this.visit({
        branch: next,
        choices: [...choices, i],
        names: [...names, name],
        asleep: stillAsleep,
      });
      sleeping.push(move);
    }
  }

  /** At a state that was not known. */
  private async look({ world }: Branch, moves: readonly Move[]): Promise<void> {
    this.exploring.onState?.(this.seen.size, this.transitions);
    if (!moves.every(({ name }) => name.startsWith('fault'))) return;
    this.ends++;
    // As it stands; what may still go wrong is taken as well.
    await world.judge();
  }

  private get isOver(): boolean {
    return this.seen.size >= this.exploring.bound || this.broken.length >= MAX_BROKEN;
  }

  private isBroken({ world }: Branch, history: readonly string[]): boolean {
    const [words] = world.broken;
    if (words !== undefined) this.broken.push({ history, words });
    return words !== undefined;
  }
}

const isAmong = (moves: readonly Move[], name: string): boolean => moves.some((one) => one.name === name);
