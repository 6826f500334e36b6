import { Branch, type Budget, isIndependent, type Move, PATHS, type Path } from './branch.js';
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

it('gets to the same state when two things that it takes for independent change places', async () => {
  const path = PATHS.find(({ name }) => name === 'declined') as Path;
  const budget = { duplicates: 1, losses: 0, crashes: 1 };
  const after = async (...names: readonly string[]): Promise<{ key: string; moves: Move[] }> => {
    const branch = new Branch(path, budget, {});
    for (const name of names) await branch.take(branch.moves().find((move) => move.name === name) as Move);
    const found = { key: branch.key, moves: branch.moves() };
    branch.world.end();
    return found;
  };
  const seen = new Set<string>();
  let compared = 0;
  const visit = async (names: readonly string[]): Promise<void> => {
    const { key, moves } = await after(...names);
    if (seen.has(key)) return;
    seen.add(key);
    const pairs = moves.flatMap((one, i) => moves.slice(i + 1).map((other) => [one, other] as const));
    for (const [one, other] of pairs.filter(([a, b]) => isIndependent(a, b))) {
      const [there, back] = [
        await after(...names, one.name, other.name),
        await after(...names, other.name, one.name),
      ];
      expect(there.key).toBe(back.key);
      compared++;
    }
    for (const { name } of moves) await visit([...names, name]);
  };
  await visit([]);
  expect(compared).toBeGreaterThan(200);
});

it('finds the one order of events that breaks something', async () => {
  const path = PATHS.find(({ name }) => name === 'happy') as Path;
  const tampering = MUTANTS['a commit that comes twice deducts twice'] ?? {};
  const budget = { duplicates: 1, losses: 0, crashes: 0 };
  const { broken } = await explore({ path, budget, bound: 5_000, tampering });
  expect(broken[0]?.words).toMatch(/^A\d/);
  expect(broken[0]?.history.join()).toContain('fault: twice stock.commit.v1');
});
