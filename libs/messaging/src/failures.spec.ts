import { MAX_ATTEMPTS, tierOf } from './failures.js';
import { TIERS } from './topology.js';

const attempts = Array.from({ length: MAX_ATTEMPTS }, (_, i) => i + 1);

describe('the tier of a retry', () => {
  it('is longer after each try, and stays the longest', () => {
    expect(attempts.slice(0, 7).map((attempt) => tierOf(attempt, 0.5))).toEqual([
      '1s',
      '5s',
      '30s',
      '2m',
      '10m',
      '10m',
      '10m',
    ]);
  });

  it('is the next shorter one now and then, from the fourth try on, so that what failed together does not come back together', () => {
    expect(attempts.slice(0, 7).map((attempt) => tierOf(attempt, 0.1))).toEqual([
      '1s',
      '5s',
      '30s',
      '30s',
      '2m',
      '2m',
      '2m',
    ]);
  });

  it('is always one that there is', () => {
    const names = TIERS.map(({ name }) => name);
    for (const attempt of attempts)
      for (const chance of [0, 0.5, 1]) expect(names).toContain(tierOf(attempt, chance));
  });

  it('adds up to hours before the tries are used up', () => {
    const chances = Array.from({ length: 100 }, (_, i) => i / 100);
    const waits = attempts.slice(0, -1).flatMap((attempt) =>
      chances.map((chance): number => {
        const name = tierOf(attempt, chance);
        return TIERS.find((tier) => tier.name === name)?.ms ?? 0;
      }),
    );
    const hours = waits.reduce((sum, ms) => sum + ms, 0) / chances.length / 3_600_000;
    expect(hours).toBeGreaterThan(2);
    expect(hours).toBeLessThan(3);
  });
});
