import { KIND_NAMES, KINDS, type Kind } from './kinds.js';
import { type Fault, scheduleOf, timelineOf } from './schedule.js';

const SEEDS = Array.from({ length: 500 }, (_, i) => 7_000 + i);

it('is the same for the same seed, and another one for the next', () => {
  expect(scheduleOf(7, 60)).toEqual(scheduleOf(7, 60));
  expect(timelineOf(scheduleOf(7, 60))).not.toBe(timelineOf(scheduleOf(8, 60)));
});

it('has 3 to 6 faults in a minute and 2 or 3 in a few seconds, all of them while there is load', () => {
  for (const [seconds, least, most] of [
    [60, 3, 6],
    [12, 2, 3],
  ] as const) {
    for (const seed of SEEDS) {
      const { faults } = scheduleOf(seed, seconds);
      expect(faults.length).toBeGreaterThanOrEqual(least);
      expect(faults.length).toBeLessThanOrEqual(most);
      for (const { atMs, forMs } of faults) expect(atMs + forMs).toBeLessThanOrEqual(seconds * 1_000);
    }
  }
});

it('never does two things to one thing at once', () => {
  const pairs = SEEDS.flatMap((seed) => {
    const { faults } = scheduleOf(seed, 60);
    return faults.flatMap((one, i) => faults.slice(i + 1).map((other) => [one, other] as const));
  });
  const held = ({ kind, target }: Fault) => (KINDS[kind] as Kind).holds(target);
  const together = pairs.filter(([one, other]) => other.atMs < one.atMs + one.forMs);
  expect(together.length).toBeGreaterThan(100);
  for (const [one, other] of together) {
    expect(held(one).filter((thing) => held(other).includes(thing))).toEqual([]);
  }
});

it('gives every kind its turn in as many seeds in a row as there are kinds', () => {
  const drawn = SEEDS.slice(0, KIND_NAMES.length).flatMap((seed) => scheduleOf(seed, 60).faults);
  expect(new Set(drawn.map(({ kind }) => kind))).toEqual(new Set(KIND_NAMES));
});

it('draws only what it was given', () => {
  const kinds = new Set(scheduleOf(3, 60, ['killed', 'line_cut']).faults.map(({ kind }) => kind));
  expect([...kinds].filter((kind) => kind !== 'killed' && kind !== 'line_cut')).toEqual([]);
});
