import { ACTIONS, type Action, type ActionKind } from './actions.js';
import { type Counts, count } from './coverage.js';
import { heal, turn } from './heal.js';
import { planOf } from './plan.js';
import { Random } from './random.js';
import { type Tampering, World } from './world.js';

export interface Happened {
  readonly kind: string;
  readonly name: string;
  /** Which one, of those that had the same name at that moment. */
  readonly nth: number;
  /** Of the simulated clock, since the beginning. */
  readonly at: string;
}

export interface Result {
  readonly seed: number;
  /** What must not be, and was; empty when all is well. */
  readonly broken: readonly string[];
  readonly steps: number;
  readonly history: readonly Happened[];
  readonly world: World;
}

export interface RunOptions {
  readonly tampering?: Tampering;
  /** Keep the names of all that happens: costs time. */
  readonly remember?: boolean;
  /** Counts what is decided, and what happens. */
  readonly counts?: Counts;
}

const TRIES = 60;

/** Everything follows from the seed: what is planned, and what happens when. */
export async function runSeed(seed: number, options: RunOptions = {}): Promise<Result> {
  // Refusals and lost connections are thrown by the thousand, and nobody reads where they came from.
  Error.stackTraceLimit = 0;
  const random = new Random(seed);
  const world = new World(planOf(random), options);
  const history: Happened[] = [];
  const weights = ACTIONS.map(({ weight }) => weight(world.plan.faults));
  let steps = 0;
  while (steps < world.plan.steps && world.broken.length === 0) {
    const chosen = choose(world, random, weights);
    if (!chosen) break;
    steps++;
    if (options.remember) history.push({ ...nameOf(chosen), at: world.clock.words });
    if (options.counts) count(options.counts, `happened: ${chosen.kind.name}`);
    chosen.action.run();
    await turn();
    world.look();
  }
  await conclude(world);
  return { seed, broken: world.broken, steps, history, world };
}

/** What happened before, as far as it still can. */
export async function replay(
  seed: number,
  history: readonly Happened[],
  tampering?: Tampering,
): Promise<Result> {
  const world = new World(planOf(new Random(seed)), { tampering });
  const happened: Happened[] = [];
  for (const { kind, name, nth } of history) {
    if (world.broken.length > 0) break;
    const actions = ACTIONS.find((one) => one.name === kind)?.list(world) ?? [];
    const alike = actions.filter((one) => one.name() === name);
    const action = alike[nth] ?? alike.at(-1);
    if (!action) continue;
    happened.push({ kind, name, nth: alike.indexOf(action), at: world.clock.words });
    action.run();
    await turn();
    world.look();
  }
  await conclude(world);
  return { seed, broken: world.broken, steps: happened.length, history: happened, world };
}

async function conclude(world: World): Promise<void> {
  if (world.broken.length === 0) await heal(world);
  world.look();
  if (world.broken.length === 0) await world.judge();
  world.end();
}

interface Chosen {
  readonly kind: ActionKind;
  readonly action: Action;
  readonly among: readonly Action[];
}

function nameOf({ kind, action, among }: Chosen): Omit<Happened, 'at'> {
  const name = action.name();
  const alike = among.filter((one) => one.name() === name);
  return { kind: kind.name, name, nth: alike.indexOf(action) };
}

function choose(world: World, random: Random, weights: readonly number[]): Chosen | undefined {
  for (let i = 0; i < TRIES; i++) {
    const kind = ACTIONS[random.weighted(weights)] as ActionKind;
    const actions = kind.list(world);
    if (actions.length > 0) return { kind, action: random.pick(actions), among: actions };
  }
  return undefined;
}
