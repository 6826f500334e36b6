import { runSeed } from './run.js';

const SEEDS = 2_000;
const FIRST = 1;

it(`holds all promises in ${SEEDS} histories full of faults`, async () => {
  const broken: string[] = [];
  for (let seed = FIRST; seed < FIRST + SEEDS && broken.length < 5; seed++) {
    const result = await runSeed(seed);
    if (result.broken[0]) broken.push(`npm run sim -- --seed ${seed}: ${result.broken[0]}`);
  }
  expect(broken).toEqual([]);
});
