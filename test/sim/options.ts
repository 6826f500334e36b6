import { parseArgs } from 'node:util';

export const HELP = `npm run sim -- [options]    the whole system in one process, under a scheduler that makes everything go wrong

  --seeds N       so many histories, on all cores (default 2000)
  --from N        the first seed (default 1)
  --seed N        one history, told step by step; the same every time
  --exhaustive    every interleaving of one order's messages with at most one duplicate, one loss and one crash
  --bound N       of --exhaustive: at most so many states of each path (default 20000, with --long 3000000: all of them)
  --jobs N        worker threads (default: the cores there are)
  --long          100 000 seeds and --exhaustive, with a report in docs/results/sim.md (npm run long:sim)

A history that breaks a promise is shortened and told. Exit code 0: nothing was broken; 1: something was, or (from
20 000 seeds on) a cell of a transition table that is not rare was never reached; 2: an option makes no sense.`;

export class Usage extends Error {}

export interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly seed: number | undefined;
  readonly exhaustive: boolean;
  readonly bound: number;
  readonly jobs: number;
  readonly long: boolean;
  readonly help: boolean;
}

export function optionsOf(args: readonly string[], cores: number): Options {
  const values = read(args);
  const number = (name: 'seeds' | 'from' | 'seed' | 'bound' | 'jobs', otherwise: number): number => {
    const text = values[name];
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0 || text === '')
      throw new Usage(`--${name} ${text} is no number`);
    return value;
  };
  return {
    seeds: number('seeds', values.long ? 100_000 : 2_000),
    from: number('from', 1),
    seed: values.seed === undefined ? undefined : number('seed', 1),
    exhaustive: values.exhaustive ?? false,
    bound: number('bound', values.long ? 3_000_000 : 20_000),
    jobs: Math.max(1, number('jobs', cores)),
    long: values.long ?? false,
    help: values.help ?? false,
  };
}

function read(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    return parseArgs({
      args: [...args],
      options: {
        seeds: text,
        from: text,
        seed: text,
        bound: text,
        jobs: text,
        exhaustive: flag,
        long: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new Usage((error as Error).message);
  }
}
