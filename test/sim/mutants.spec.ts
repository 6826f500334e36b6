import { MUTANTS } from './mutants.js';
import { runSeed } from './run.js';
import { lawOf, shrink } from './shrink.js';
import { type Tampering } from './world.js';

const MOST_SEEDS = 600;

async function firstToNotice(tampering: Tampering): Promise<number | undefined> {
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    if ((await runSeed(seed, { tampering })).broken.length > 0) return seed;
  }
  return undefined;
}

it.each(Object.entries(MUTANTS))('is noticed that %s', async (_, tampering) => {
  expect(await firstToNotice(tampering)).toBeDefined();
});

it('shortens a history that breaks a promise to one that breaks the same', async () => {
  const tampering = MUTANTS['an unknown outcome is taken for a decline'] as Tampering;
  const seed = (await firstToNotice(tampering)) as number;
  const failed = await runSeed(seed, { tampering, remember: true });
  const shortest = await shrink(failed, tampering);
  expect(lawOf(shortest)).toBe(lawOf(failed));
  expect(shortest.history.length).toBeLessThan(failed.history.length);
});
