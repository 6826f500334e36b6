import { type Counts } from './coverage.js';
import { runSeed } from './run.js';
import { isRare, missedBy, surprisesIn } from './unreached.js';

/** `npm run long:sim` takes a hundred thousand. */
const SEEDS = 2_000;
const counts: Counts = new Map();

it(`keeps all promises in ${SEEDS} histories full of faults`, async () => {
  const broken: string[] = [];
  for (let seed = 1; seed <= SEEDS && broken.length < 5; seed++) {
    const [words] = (await runSeed(seed, { counts })).broken;
    if (words) broken.push(`npm run sim -- --seed ${seed}: ${words}`);
  }
  expect(broken).toEqual([]);
});

it('has reached every cell of the tables that it can, every kind of fault, and nothing else', () => {
  expect(missedBy(counts).filter((cell) => !isRare(cell))).toEqual([]);
  expect(surprisesIn(counts)).toEqual([]);
});
