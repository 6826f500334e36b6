import fc from 'fast-check';
import { allocate, type LocationLevel } from './allocation.js';

const level = (location: string, onHand: number, reserved = 0): LocationLevel => ({
  location,
  onHand,
  reserved,
});

describe('a line', () => {
  it('comes whole from the location that has most, and from the first by name of two that have as many', () => {
    const levels = [level('north', 9, 6), level('b', 5), level('a', 5), level('main', 4)];
    expect(allocate(levels, 3)).toEqual([{ location: 'a', quantity: 3 }]);
    expect(allocate(levels, 5)).toEqual([{ location: 'a', quantity: 5 }]);
  });

  it('is split when no location has all of it', () => {
    expect(allocate([level('main', 4), level('north', 6), level('south', 5)], 10)).toEqual([
      { location: 'north', quantity: 6 },
      { location: 'south', quantity: 4 },
    ]);
  });

  it('comes from nowhere when there is too little', () => {
    expect(() => allocate([level('main', 4, 1), level('north', 1)], 5)).toThrow('1 of 5');
  });
});

const levels = fc
  .uniqueArray(fc.constantFrom('main', 'a', 'b', 'c', 'd', 'e'), { minLength: 1 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc
          .tuple(fc.nat(6), fc.nat(6))
          .map(([one, other]) => level(name, Math.max(one, other), Math.min(one, other))),
      ),
    ),
  );
const free = ({ onHand, reserved }: LocationLevel): number => onHand - reserved;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const asked = levels
  .filter((some) => sum(some.map(free)) > 0)
  .chain((some) => fc.tuple(fc.constant(some), fc.integer({ min: 1, max: sum(some.map(free)) })));

/** How many locations the smallest of all sets that have enough has. */
function fewest(some: readonly LocationLevel[], quantity: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let mask = 1; mask < 2 ** some.length; mask++) {
    const chosen = some.filter((_, i) => mask & (1 << i));
    if (sum(chosen.map(free)) >= quantity) best = Math.min(best, chosen.length);
  }
  return best;
}

describe('the parts of a line', () => {
  it('add up to it, each from another location, none more than is free there', () => {
    fc.assert(
      fc.property(asked, ([some, quantity]) => {
        const parts = allocate(some, quantity);
        expect(sum(parts.map((part) => part.quantity))).toBe(quantity);
        expect(new Set(parts.map(({ location }) => location)).size).toBe(parts.length);
        for (const part of parts) {
          const from = some.find(({ location }) => location === part.location) as LocationLevel;
          expect(part.quantity).toBeGreaterThan(0);
          expect(part.quantity).toBeLessThanOrEqual(free(from));
        }
      }),
    );
  });

  it('are as few as any choice of locations allows', () => {
    fc.assert(
      fc.property(asked, ([some, quantity]) => {
        expect(allocate(some, quantity)).toHaveLength(fewest(some, quantity));
      }),
      { numRuns: 500 },
    );
  });

  it('come from the locations that have most: none that is left out has more', () => {
    fc.assert(
      fc.property(asked, ([some, quantity]) => {
        const used = new Set(allocate(some, quantity).map(({ location }) => location));
        const [taken, left] = [true, false].map((is) => some.filter((one) => used.has(one.location) === is));
        expect(Math.min(...(taken ?? []).map(free))).toBeGreaterThanOrEqual(
          Math.max(0, ...(left ?? []).map(free)),
        );
      }),
    );
  });

  it('are the same in whatever order the locations are named', () => {
    fc.assert(
      fc.property(
        asked.chain(([some, quantity]) =>
          fc.tuple(
            fc.constant(some),
            fc.shuffledSubarray(some, { minLength: some.length }),
            fc.constant(quantity),
          ),
        ),
        ([some, shuffled, quantity]) => {
          expect(allocate(shuffled, quantity)).toEqual(allocate(some, quantity));
        },
      ),
    );
  });
});
