import { type Budget, PATHS } from './branch.js';
import { explore } from './exhaustive.js';
import { MUTANTS } from './mutants.js';

const BUDGETS: readonly Budget[] = [
  { duplicates: 1, losses: 0, crashes: 0 },
  { duplicates: 0, losses: 1, crashes: 0 },
  { duplicates: 0, losses: 0, crashes: 1 },
];
/** `npm run sim -- --exhaustive` has all paths, and the three together. */
const SHORT = PATHS.filter(({ name }) => ['no stock', 'declined'].includes(name));

it.each(SHORT)('holds in every order of events that leads to "$name", with one fault', async (path) => {
  for (const budget of BUDGETS) {
    const { broken, isComplete, states } = await explore({ path, budget, bound: 5_000 });
    expect({ broken, isComplete }).toEqual({ broken: [], isComplete: true });
    expect(states).toBeGreaterThan(10);
  }
});

it('finds the one order of events that breaks something', async () => {
  const path = PATHS.find(({ name }) => name === 'happy') as (typeof PATHS)[number];
  const tampering = MUTANTS['a commit that comes twice deducts twice'] ?? {};
  const budget = { duplicates: 1, losses: 0, crashes: 0 };
  const { broken } = await explore({ path, budget, bound: 5_000, tampering });
  expect(broken[0]?.words).toMatch(/^A\d/);
  expect(broken[0]?.history.join()).toContain('fault: twice stock.commit.v1');
});
