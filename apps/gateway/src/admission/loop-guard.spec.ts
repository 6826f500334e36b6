import { LoopGuard } from './loop-guard.js';

const late = { p99Ms: 150, cpuShare: 0.95 };
const fine = { p99Ms: 2, cpuShare: 0.95 };

const delays = (...readings: (typeof late)[]) => {
  const guard = new LoopGuard();
  return readings.map((reading) => guard.delayOf(reading));
};

test('an event loop that is late twice in a row is late, until it is not', () => {
  expect(delays(late, late, { ...late, p99Ms: 300 }, fine, late, late)).toEqual([0, 150, 150, 2, 2, 150]);
});

test('one pause is none', () => {
  expect(Math.max(...delays(fine, late, fine, late, fine))).toBe(2);
});

test('a process that gets no CPU is not late: the machine is', () => {
  const starved = { p99Ms: 400, cpuShare: 0.3 };
  expect(Math.max(...delays(starved, starved, starved))).toBe(0);
});
