import { LogBudget } from './log-budget.js';

test('ten lines of a second are written, and the next second tells of those left out', () => {
  const budget = new LogBudget();
  const first = Array.from({ length: 13 }, () => budget.take(5_500));
  expect(first).toEqual([...Array.from({ length: 10 }, () => 0), undefined, undefined, undefined]);
  expect([budget.take(6_000), budget.take(6_001)]).toEqual([3, 0]);
});
