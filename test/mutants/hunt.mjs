import { Trouble } from '../../tools/infra/say.mjs';
import { cheapestFirst, nameOf, runLayer } from './layers.mjs';

/**
 * @typedef {import('./mutant.mjs').Mutant} Mutant
 * @typedef {import('./mutant.mjs').Layer} Layer
 * @typedef {import('./tree.mjs').Tree} Tree
 * @typedef {{ readonly layer: Layer, readonly test: string }} Catch
 * @typedef {{ readonly mutant: Mutant, readonly seconds: number, readonly caught?: Catch, readonly fault?: string }} Result
 *   Neither caught nor at fault: it has survived.
 */

/**
 * Puts a bug into the tree and asks one layer after the other, cheapest first, until one turns red.
 * @param {Mutant} mutant @param {Tree} tree @param {NodeJS.ProcessEnv} env @returns {Promise<Result>}
 */
export async function hunt(mutant, tree, env) {
  const begun = Date.now();
  const result = (/** @type {Partial<Result>} */ found) => ({
    mutant,
    seconds: (Date.now() - begun) / 1_000,
    ...found,
  });
  tree.spoil(mutant);
  try {
    for (const layer of mutant.layers.toSorted(cheapestFirst)) {
      const { failed, broken } = await runLayer(tree, layer, env);
      if (broken) return result({ fault: `${nameOf(layer)}: ${broken}` });
      if (failed !== undefined) return result({ caught: { layer, test: failed } });
    }
    return result({});
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return result({ fault: error.message });
  } finally {
    tree.mend();
  }
}

/**
 * The same layers without any bug: a test that is red anyway, or that is not there, catches nothing.
 * @param {readonly Layer[]} layers @param {Tree} tree @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string[]>} what is wrong
 */
export async function faultsOfBaseline(layers, tree, env) {
  const faults = [];
  for (const own of Map.groupBy(layers.toSorted(cheapestFirst), keyOfRun).values()) {
    const { suite, test } = /** @type {Layer} */ (own[0]);
    const paths = [...new Set(own.map(({ path }) => path))];
    const layer = { suite, path: paths.join('|'), test };
    let verdict = await runLayer(tree, layer, env);
    // A machine that is busy with other things may make a test red once. What is red twice is no test to rely on.
    if (verdict.failed !== undefined) verdict = await runLayer(tree, layer, env);
    const { passed, failed, broken } = verdict;
    if (broken) faults.push(`${suite}: ${broken}`);
    if (failed !== undefined) faults.push(`${suite}: red without a bug, twice: ${failed}`);
    const idle = paths.filter((path) => !passed.some((file) => new RegExp(path).test(file)));
    for (const path of idle) faults.push(`${nameOf({ suite, path, test })}: no such test has passed`);
  }
  return faults;
}

/** Whole files share a run. @param {Layer} layer */
const keyOfRun = ({ suite, path, test }) => (test === '' ? suite : nameOf({ suite, path, test }));
