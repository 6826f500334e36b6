/** The projects of jest.config.mjs, in the order in which they run, and what each needs. `long`: only when it is named. */
export const SUITES = {
  unit: {},
  architecture: { build: true },
  db: { database: true },
  messaging: { broker: true, inBand: true },
  e2e: { broker: true, database: true, build: true, inBand: true },
  kill: { broker: true, database: true, build: true, inBand: true, long: true },
};

/** @typedef {keyof typeof SUITES} Suite */
/** @typedef {'broker' | 'database' | 'build' | 'inBand' | 'long'} Need */

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
 * Runs of jest: suites that break servers for others run alone and one file after the other, all others share one run.
 * @param {readonly Suite[]} suites
 */
export function runsOf(suites) {
  const together = suites.filter((suite) => !needs(suite, 'inBand'));
  const alone = suites.filter((suite) => needs(suite, 'inBand'));
  return [
    ...(together.length > 0 ? [{ suites: together, inBand: false }] : []),
    ...alone.map((suite) => ({ suites: [suite], inBand: true })),
  ];
}

/** @param {readonly Suite[]} suites @param {Need} need */
export const anyNeeds = (suites, need) => suites.some((suite) => needs(suite, need));
