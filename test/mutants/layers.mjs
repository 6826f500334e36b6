import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { send } from '../../tools/infra/process.mjs';
import { Trouble } from '../../tools/infra/say.mjs';
import { stopping } from '../../tools/infra/stopping.mjs';
import { anyNeeds, SUITES } from '../../tools/test/suites.mjs';

/**
 * @typedef {import('./mutant.mjs').Layer} Layer
 * @typedef {import('./tree.mjs').Tree} Tree
 * @typedef {{ readonly passed: readonly string[], readonly failed?: string, readonly broken?: string }} Verdict
 *   `passed` are files with a test that did, `failed` is the first test that did not; `broken` says why there is no verdict
 */

/** Of one run of jest, or of one build. What takes longer hangs, and that is no verdict. */
const LIMIT_MS = 600_000;

/** @param {Layer} a @param {Layer} b */
export const cheapestFirst = (a, b) => rank(a) - rank(b);
const rank = (/** @type {Layer} */ { suite }) => Object.keys(SUITES).indexOf(suite);

/** @param {Layer} layer */
export const nameOf = ({ suite, path, test }) => `${suite} ${path}${test && ` › ${test}`}`;

/** @param {Tree} tree @param {Layer} layer @param {NodeJS.ProcessEnv} env @returns {Promise<Verdict>} */
export async function runLayer(tree, { suite, path, test }, env) {
  const needed = (/** @type {import('../../tools/test/suites.mjs').Need} */ need) => anyNeeds([suite], need);
  if (needed('build')) await build(tree);
  const output = join(tree.folder, 'jest.json');
  rmSync(output, { force: true });
  const args = ['--selectProjects', suite, '--testPathPatterns', path, '--json', `--outputFile=${output}`];
  const one = test === '' ? [] : ['--testNamePattern', test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')];
  const more = ['--silent', '--forceExit', ...(needed('inBand') ? ['--runInBand'] : [])];
  const { code, text } = await run(tree, ['node_modules/jest/bin/jest.js', ...args, ...one, ...more], env);
  if (code === null) return { passed: [], broken: `it still ran after ${LIMIT_MS / 1_000} s` };
  if (!existsSync(output)) throw new Trouble(`jest ended with ${code} and without results:\n${text}`);
  return verdictOf(JSON.parse(readFileSync(output, 'utf8')));
}

/** @param {any} results of jest, as JSON @returns {Verdict} */
function verdictOf({ testResults }) {
  const of = (/** @type {string} */ wanted) =>
    testResults.flatMap((/** @type {any} */ { name, assertionResults }) =>
      assertionResults
        .filter((/** @type {any} */ { status }) => status === wanted)
        .map((/** @type {any} */ { fullName }) => ({ file: name, test: fullName })),
    );
  const passed = of('passed').map((/** @type {{ file: string }} */ { file }) => file);
  const [first] = of('failed');
  if (first) return { passed, failed: first.test };
  const unloadable = testResults.find((/** @type {any} */ { status }) => status === 'failed');
  if (!unloadable) return { passed };
  return { passed, broken: `a test file could not be loaded: ${unloadable.message.slice(0, 2_000)}` };
}

/** What the compiler says against the services; undefined when they compile. @param {Tree} tree */
export async function faultsOfTypes(tree) {
  const args = ['node_modules/typescript-native/bin/tsc', '--noEmit', '--project', 'tsconfig.build.json'];
  const { code, text } = await run(tree, args, process.env);
  return code === 0 ? undefined : text.trim();
}

/** @param {Tree} tree */
async function build(tree) {
  const { code, text } = await run(tree, ['node_modules/@nestjs/cli/bin/nest.js', 'build'], process.env);
  if (code !== 0) throw new Trouble(`nest build failed:\n${text}`);
}

/**
 * In a group of its own, with which everything ends that a spoiled service has left behind. No code: it was ended.
 * @param {Tree} tree @param {readonly string[]} args @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number | null, text: string }>}
 */
async function run(tree, args, env) {
  const child = spawn(process.execPath, args, {
    cwd: tree.folder,
    env: { ...env, FORCE_COLOR: '0' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  const end = () => send(-(child.pid ?? 0), 'SIGKILL');
  const limit = setTimeout(end, LIMIT_MS);
  stopping.addEventListener('abort', end);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  clearTimeout(limit);
  stopping.removeEventListener('abort', end);
  end();
  stopping.throwIfAborted();
  return { code, text };
}
