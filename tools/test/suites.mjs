import { availableParallelism } from 'node:os';

/**
 * The projects of jest.config.mjs, in the order in which they run, and what each needs. `alone`: a run of its own.
 * `inBand`: one file after the other, because it breaks servers for others. `long`: only when it is named.
 */
export const SUITES = {
  unit: {},
  architecture: { build: true },
  sim: {},
  db: { database: true },
  messaging: { broker: true, alone: true },
  e2e: { broker: true, database: true, build: true, alone: true },
  outages: { broker: true, database: true, build: true, alone: true, inBand: true },
  kill: { broker: true, database: true, build: true, alone: true, inBand: true },
  matrix: { broker: true, database: true, build: true, alone: true, inBand: true, long: true },
};

/** @typedef {keyof typeof SUITES} Suite */
/** @typedef {'broker' | 'database' | 'build' | 'alone' | 'inBand' | 'long'} Need */

/** @type {readonly Suite[]} */
const NAMES = /** @type {any} */ (Object.keys(SUITES));

/** @param {Suite} suite @param {Need} need */
const needs = (suite, need) => need in SUITES[suite];

/**
 * Suites are named first; the rest is for jest.
 * @param {readonly string[]} args @returns {{ suites: readonly Suite[], jestArgs: readonly string[] }}
 */
export function parseArgs(args) {
  const end = args.findIndex((arg) => !NAMES.includes(/** @type {Suite} */ (arg)));
  const named = end < 0 ? args : args.slice(0, end);
  const suites = NAMES.filter((name) => (named.length > 0 ? named.includes(name) : !needs(name, 'long')));
  return { suites, jestArgs: end < 0 ? [] : args.slice(end) };
}

/**
 * Runs of jest, and how many files each runs at once: one a core, but on a large machine no more than the servers take.
 * @param {readonly Suite[]} suites
 */
export function runsOf(suites) {
  const cores = Math.max(2, Math.min(availableParallelism(), 4));
  const together = suites.filter((suite) => !needs(suite, 'alone'));
  const alone = suites.filter((suite) => needs(suite, 'alone'));
  return [
    ...(together.length > 0 ? [{ suites: together, atOnce: cores }] : []),
    ...alone.map((suite) => ({ suites: [suite], atOnce: needs(suite, 'inBand') ? 1 : cores })),
  ];
}

/** @param {readonly Suite[]} suites @param {Need} need */
export const anyNeeds = (suites, need) => suites.some((suite) => needs(suite, need));
