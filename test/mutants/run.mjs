import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { fail, red, say, step } from '../../tools/infra/say.mjs';
import { Stopped, stopOnSignals, stopping } from '../../tools/infra/stopping.mjs';
import { testServers } from '../../tools/test/run.mjs';
import { SUITES } from '../../tools/test/suites.mjs';
import { faultsOfBaseline, hunt } from './hunt.mjs';
import { nameOf } from './layers.mjs';
import { seededBugs } from './mutant.mjs';
import { commitNow, lineOf, tableOf, writeReport } from './report.mjs';
import { Tree } from './tree.mjs';
import { faultsByName } from './types.mjs';

/** @typedef {import('./mutant.mjs').Mutant} Mutant @typedef {import('./hunt.mjs').Result} Result */

const HELP = `npm run mutants -- [options]

Puts each seeded bug of test/mutants/seeded into a copy of the code, one at a time, and runs the tests that are expected to
catch it, cheapest first, until one is red. A bug that nothing catches is a hole in the tests. Without a bug the same tests
must be green; that is checked first.

  --only NAME      this bug; may be given again
  --suite SUITE    only what ${Object.keys(SUITES).join(', ')} is expected to catch, by that suite alone; types are not checked
  --report FILE    also write the results to this file, as Markdown
  --list           the bugs, and who is expected to catch each
  --help

On a broker and a PostgreSQL of its own, as npm test. All of them take about twenty minutes; --suite unit, half a minute.
Exit code: 0 each was caught, 1 one was not, 2 wrong use.`;

const OPTIONS = /** @type {const} */ ({
  only: { type: 'string', multiple: true, default: [] },
  suite: { type: 'string' },
  report: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
});

/** @param {string[]} args */
export async function runMutants(args) {
  const asked = parsed(args);
  if (typeof asked === 'string') return misused(asked);
  if (asked.help) return say(HELP);
  const mutants = chosen(asked);
  if (typeof mutants === 'string') return misused(mutants);
  if (asked.list) {
    for (const { name, bug, layers } of mutants) say(`${name}\n  ${bug}\n  ${layers.map(nameOf).join(', ')}`);
    return;
  }
  stopOnSignals();
  try {
    const commit = commitNow();
    const results = await hunted(mutants, asked.suite === undefined);
    say(tableOf(results));
    if (asked.report) writeReport(asked.report, results, commit);
    process.exitCode = results.every(({ caught }) => caught) ? 0 : 1;
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof Stopped)) fail(error);
  }
}

/** @param {string[]} args */
function parsed(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
}

/** @param {string} what */
function misused(what) {
  process.stderr.write(`${what}\n\n${HELP}\n`);
  process.exitCode = 2;
}

/** @param {{ only: string[], suite?: string }} asked @returns {Mutant[] | string} */
function chosen({ only, suite }) {
  const all = seededBugs();
  const unknown = only.filter((name) => !all.some((mutant) => mutant.name === name));
  if (unknown.length > 0) return `There is no bug ${unknown.join(', ')}: see --list.`;
  if (suite !== undefined && !(suite in SUITES)) return `There is no suite ${suite}.`;
  return all
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .map((mutant) => ({
      ...mutant,
      layers: mutant.layers.filter((layer) => !suite || layer.suite === suite),
    }))
    .filter(({ layers }) => layers.length > 0);
}

/** @param {readonly Mutant[]} mutants @param {boolean} checkTypes @returns {Promise<Result[]>} */
async function hunted(mutants, checkTypes) {
  const layers = mutants.flatMap((mutant) => mutant.layers);
  const suites = [...new Set(layers.map(({ suite }) => suite))];
  const servers = await testServers(suites);
  const env = { ...process.env, ...servers.env };
  // What shares servers, or fills the machine, runs alone.
  const lanes = suites.every((suite) => suite === 'unit') ? Math.min(2, availableParallelism()) : 1;
  const trees = Array.from({ length: lanes }, () => new Tree());
  try {
    await step('Without a bug all of these tests are green', async () => {
      const faults = await faultsOfBaseline(layers, /** @type {Tree} */ (trees[0]), env);
      for (const fault of faults) say(`${red('✗')} ${fault}`);
      if (faults.length > 0) throw new Stopped('the tests are red as they are');
    });
    /** @type {Result[]} */
    const results = checkTypes ? await notCompiling(mutants, /** @type {Tree} */ (trees[0])) : [];
    const left = mutants.filter((mutant) => !results.some((result) => result.mutant === mutant)).values();
    await Promise.all(
      trees.map(async (tree) => {
        for (const mutant of left) {
          stopping.throwIfAborted();
          const result = await hunt(mutant, tree, env);
          results.push(result);
          say(`${`${results.length}`.padStart(3)} of ${mutants.length}  ${lineOf(result)}`);
        }
      }),
    );
    return results.sort((a, b) => (a.mutant.name < b.mutant.name ? -1 : 1));
  } finally {
    for (const tree of trees) tree.remove();
    await servers.close();
  }
}

/** A bug that does not compile is none: nobody could make it. @param {readonly Mutant[]} mutants @param {Tree} tree */
async function notCompiling(mutants, tree) {
  const faults = await step('The bugs compile', () => faultsByName(mutants, tree));
  return mutants.flatMap((mutant) => {
    const fault = faults.get(mutant.name);
    return fault === undefined ? [] : [{ mutant, seconds: 0, fault: `it does not compile: ${fault}` }];
  });
}
