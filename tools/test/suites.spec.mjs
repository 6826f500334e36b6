import { anyNeeds, parseArgs, runsOf, SUITES } from './suites.mjs';

const all = Object.keys(SUITES).filter((name) => name !== 'matrix');

test('takes every suite but the long ones when none is named', () => {
  expect(parseArgs([])).toEqual({ suites: all, jestArgs: [] });
  expect(parseArgs(['-t', 'unit'])).toEqual({ suites: all, jestArgs: ['-t', 'unit'] });
});

test('takes a long suite when it is named', () => {
  expect(parseArgs(['matrix']).suites).toEqual(['matrix']);
});

test('takes the suites that come first, and leaves the rest to jest', () => {
  expect(parseArgs(['e2e', 'unit', 'faults', '-t', 'db'])).toEqual({
    suites: ['unit', 'e2e'],
    jestArgs: ['faults', '-t', 'db'],
  });
});

test('lets suites that restart servers run alone, one file after the other', () => {
  const runs = runsOf(parseArgs([]).suites);
  expect(runs.map(({ suites }) => suites)).toEqual([
    ['unit', 'architecture', 'sim', 'db'],
    ['messaging'],
    ['e2e'],
    ['outages'],
    ['kill'],
  ]);
  expect(runs.map(({ atOnce }) => atOnce > 1)).toEqual([true, true, true, false, false]);
});

test('starts no server for suites that need none', () => {
  expect(anyNeeds(['unit', 'architecture'], 'broker')).toBe(false);
  expect(anyNeeds(['unit', 'db'], 'broker')).toBe(false);
  expect(anyNeeds(['unit', 'db'], 'database')).toBe(true);
});
