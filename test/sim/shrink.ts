import { type Happened, type Result, replay } from './run.js';
import { type Tampering } from './world.js';

/** Which invariant it is: a shorter history must break the same one. */
export function lawOf({ broken }: Pick<Result, 'broken'>): string | undefined {
  return /^\S+ ("[^"]+"|[a-z ]+)?/.exec(broken[0] ?? '')?.[0].trim() || undefined;
}

/**
 * Delta debugging over what the scheduler chose: leaves out halves, then quarters, and so on down to single actions, as
 * long as the same invariant breaks. What can no longer happen without what was left out is left out as well.
 */
export async function shrink(failed: Result, tampering?: Tampering): Promise<Result> {
  const law = lawOf(failed);
  let best = failed;
  const without = async (from: number, count: number): Promise<boolean> => {
    const rest: Happened[] = best.history.toSpliced(from, count);
    const result = await replay(failed.seed, rest, tampering);
    if (lawOf(result) !== law || result.history.length >= best.history.length) return false;
    best = result;
    return true;
  };
  const pass = async (size: number): Promise<boolean> => {
    let isShorter = false;
    for (let from = best.history.length - size; from > -size; from -= size) {
      if (await without(Math.max(0, from), size)) isShorter = true;
    }
    return isShorter;
  };
  for (let size = Math.ceil(best.history.length / 2); size > 1; size = Math.floor(size / 2)) await pass(size);
  while (await pass(1));
  return best;
}
