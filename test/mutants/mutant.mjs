import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inRoot } from '../../tools/infra/root.mjs';
import { Trouble } from '../../tools/infra/say.mjs';

/**
 * @typedef {import('../../tools/test/suites.mjs').Suite} Suite
 * @typedef {{ readonly suite: Suite, readonly path: string, readonly test: string }} Layer
 *   `path` is a pattern for test files, `test` a part of the names of tests; empty: all of the file
 * @typedef {{ readonly file: string, readonly before: string, readonly after: string }} Hunk
 * @typedef {{ readonly name: string, readonly bug: string, readonly layers: readonly Layer[], readonly hunks: readonly Hunk[] }} Mutant
 */

const FOLDER = inRoot('test/mutants/seeded');

/** Every bug of the folder, by name. @returns {Mutant[]} */
export function seededBugs() {
  return globSync('*.diff', { cwd: FOLDER })
    .sort()
    .map((file) => parseMutant(basename(file, '.diff'), readFileSync(join(FOLDER, file), 'utf8')));
}

/**
 * A sentence, who is expected to catch it, and the change: a diff without line numbers, because lines are found by what
 * they say.
 * @param {string} name @param {string} text @returns {Mutant}
 */
export function parseMutant(name, text) {
  const [head = '', ...files] = text.split(/^--- /m);
  const layers = [...head.matchAll(/^Caught-by: (\S+) (\S+)(?: › (.+))?$/gm)].map(
    ([, suite, path = '', test = '']) => ({ suite: /** @type {Suite} */ (suite), path, test }),
  );
  const bug = head
    .replace(/^Caught-by: .*$/gm, '')
    .trim()
    .replaceAll('\n', ' ');
  const hunks = files.flatMap(hunksOf);
  if (bug === '' || layers.length === 0 || hunks.length === 0) {
    throw new Trouble(
      `${name}: there is no sentence, no "Caught-by:" or no change`,
      'see test/mutants/README.md',
    );
  }
  return { name, bug, layers, hunks };
}

/** @param {string} section @returns {Hunk[]} */
function hunksOf(section) {
  const [file = '', ...hunks] = section.split(/\n@@\n/);
  return hunks.map((hunk) => {
    const lines = hunk.trimEnd().split('\n');
    const without = (/** @type {string} */ mark) =>
      lines
        .filter((line) => !line.startsWith(mark))
        .map((line) => line.slice(1))
        .join('\n');
    return { file, before: without('+'), after: without('-') };
  });
}

/**
 * The files that a mutant changes, as it leaves them.
 * @param {Mutant} mutant @param {(file: string) => string} read @returns {Map<string, string>}
 */
export function spoiled({ name, hunks }, read) {
  /** @type {Map<string, string>} */
  const texts = new Map();
  for (const { file, before, after } of hunks) {
    const lines = (texts.get(file) ?? read(file)).split('\n');
    const old = before.split('\n');
    const places = lines.keys().filter((at) => old.every((line, i) => lines[at + i] === line));
    const [place, ...others] = places;
    if (place === undefined || others.length > 0) {
      const times = place === undefined ? 0 : others.length + 1;
      throw new Trouble(
        `${name} no longer applies: ${file} has these lines ${times} times\n${before}`,
        'the code has moved on: make the same mistake where it would be made today',
      );
    }
    lines.splice(place, old.length, ...(after === '' ? [] : after.split('\n')));
    texts.set(file, lines.join('\n'));
  }
  return texts;
}
