import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { SUITES } from '../../tools/test/suites.mjs';
import { parseMutant, seededBugs, spoiled } from './mutant.mjs';
import { compatible } from './types.mjs';

const TESTS = globSync(['{apps,libs}/*/{src,test}/**/*spec.ts', 'test/**/*spec.ts']);
/** Caught with every run of npm test, because unit tests do it in a second each: one of each kind. */
const EVERY_TIME = [
  'acks-what-is-not-finished',
  'cancel-before-charge-forgotten',
  'commit-deducts-twice',
  'doubt-told-as-refusal',
  'key-of-every-caller',
  'late-money-kept',
  'oversell-without-looking',
  'refund-key-not-looked-up',
  'refunds-not-summed',
  'release-before-reserve-ignored',
  'signature-not-compared',
  'unknown-taken-for-declined',
];

describe.each(seededBugs().map((mutant) => [mutant.name, mutant]))('the seeded bug %s', (_, mutant) => {
  it('can still be made: the code has the lines that it changes', () => {
    const read = (/** @type {string} */ file) => readFileSync(file, 'utf8');
    for (const [file, text] of spoiled(mutant, read)) expect(text).not.toBe(read(file));
  });

  it.each(mutant.layers)('is expected to be caught by tests that there are: $suite $path $test', (layer) => {
    expect(Object.keys(SUITES)).toContain(layer.suite);
    const files = TESTS.filter((file) => new RegExp(layer.path).test(file));
    expect(files.length).toBeGreaterThan(0);
    expect(files.some((file) => readFileSync(file, 'utf8').includes(layer.test))).toBe(true);
  });
});

it('are each caught by unit tests, of the most common kinds', async () => {
  const args = [
    'test/mutants/main.mjs',
    '--suite',
    'unit',
    ...EVERY_TIME.flatMap((name) => ['--only', name]),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((error) => error);
  expect(stdout).toContain(`${EVERY_TIME.length} of ${EVERY_TIME.length} caught`);
}, 240_000);

const DIFF = `What is wrong.

Caught-by: unit some/file.spec
Caught-by: e2e other › does what it should

--- some/file.ts
@@
 function f() {
-  return 1;
+  return 2;
 }
`;

describe('a seeded bug', () => {
  const mutant = parseMutant('bug', DIFF);
  const read = (/** @type {string} */ text) => () => text;

  it('is a sentence, who catches it, and a change', () => {
    expect(mutant).toMatchObject({
      name: 'bug',
      bug: 'What is wrong.',
      layers: [
        { suite: 'unit', path: 'some/file.spec', test: '' },
        { suite: 'e2e', path: 'other', test: 'does what it should' },
      ],
    });
    const code = 'a\nfunction f() {\n  return 1;\n}\nz\n';
    expect([...spoiled(mutant, read(code))]).toEqual([
      ['some/file.ts', 'a\nfunction f() {\n  return 2;\n}\nz\n'],
    ]);
  });

  it.each(['', 'What is wrong.\n', DIFF.replaceAll('Caught-by', 'By')])(
    'is not one without all of these: %j',
    (text) => {
      expect(() => parseMutant('bug', text)).toThrow('there is no sentence');
    },
  );

  it.each([
    [0, 'function f() {\n  return 3;\n}\n'],
    [2, 'function f() {\n  return 1;\n}\nfunction f() {\n  return 1;\n}\n'],
  ])('does not apply to code that has its lines %i times, and says so', (times, code) => {
    expect(() => spoiled(mutant, read(code))).toThrow(`some/file.ts has these lines ${times} times`);
  });
});

it('is compiled together with others that change other files', () => {
  const bug = (/** @type {string} */ name, /** @type {string[]} */ ...files) => ({
    ...parseMutant(name, DIFF),
    hunks: files.map((file) => ({ file, before: '', after: '' })),
  });
  const groups = compatible([bug('a', 'x.ts'), bug('b', 'x.ts', 'y.ts'), bug('c', 'y.ts'), bug('d', 'z.ts')]);
  expect(groups.map((group) => group.map(({ name }) => name))).toEqual([['a', 'c', 'd'], ['b']]);
});
