import { MUTANTS } from './mutants.js';
import { runSeed } from './run.js';
import { lawOf, shrink } from './shrink.js';
import { type Tampering } from './world.js';

/** Where each was noticed; after a change of the simulation it may be another one, which is looked for. */
const NOTICED_AT: Readonly<Record<string, number>> = {
  'what is reserved after its release stays held': 181,
  'an unknown outcome is taken for a decline': 28,
  'a refund is asked for again under another key': 325,
  'a commit that comes twice deducts twice': 14,
  'what is charged after its cancel is kept': 319,
  'an order that is cancelled after it was confirmed says nothing to the payment': 705,
  'the key is not saved with the order': 1,
  'a stale cache is saved over what another replica has written': 2,
  'what is to be sent is not saved with what it follows from': 75,
};
const MOST_SEEDS = 1_000;

async function firstToNotice(name: string): Promise<number | undefined> {
  const tampering = MUTANTS[name] as Tampering;
  const notices = async (seed: number) => (await runSeed(seed, { tampering })).broken.length > 0;
  const before = NOTICED_AT[name];
  if (before !== undefined && (await notices(before))) return before;
  for (let seed = 1; seed <= MOST_SEEDS; seed++) if (await notices(seed)) return seed;
  return undefined;
}

it.each(Object.keys(MUTANTS))('is noticed that %s', async (name) => {
  expect(await firstToNotice(name)).toBeDefined();
});

it('shortens a history that breaks a promise to one that breaks the same', async () => {
  const name = 'a commit that comes twice deducts twice';
  const tampering = MUTANTS[name] as Tampering;
  const seed = (await firstToNotice(name)) as number;
  const failed = await runSeed(seed, { tampering, remember: true });
  const shortest = await shrink(failed, tampering);
  expect(lawOf(shortest)).toBe(lawOf(failed));
  expect(shortest.history.length).toBeLessThan(failed.history.length);
});
