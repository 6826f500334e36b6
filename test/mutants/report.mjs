import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { inRoot } from '../../tools/infra/root.mjs';
import { green, red, say } from '../../tools/infra/say.mjs';

/** @typedef {import('./hunt.mjs').Result} Result */

/** @param {Result} result */
function outcomeOf({ caught, fault }) {
  if (caught) return `${caught.layer.suite}: ${caught.test}`;
  return fault ? `NOT VALID: ${fault}` : 'SURVIVED';
}

/** @param {Result} result */
export function lineOf(result) {
  const mark = result.caught ? green('✓') : red('✗');
  return `${mark} ${result.mutant.name}  ${outcomeOf(result)}  ${result.seconds.toFixed(1)} s`;
}

/** @param {readonly Result[]} results */
export function tableOf(results) {
  const width = Math.max(...results.map(({ mutant }) => mutant.name.length));
  const rows = results.map((result) => {
    const { mutant, caught, seconds } = result;
    const layer = (caught?.layer.suite ?? '').padEnd(12);
    const what = caught?.test ?? red(outcomeOf(result));
    return `${mutant.name.padEnd(width)}  ${layer}  ${seconds.toFixed(1).padStart(6)} s  ${what}`;
  });
  return ['', ...rows, '', summaryOf(results)].join('\n');
}

/** @param {readonly Result[]} results */
function summaryOf(results) {
  const caught = results.filter((result) => result.caught);
  const bySuite = Map.groupBy(caught, (result) => result.caught?.layer.suite);
  const counts = [...bySuite].map(([suite, own]) => `${own.length} ${suite}`).join(', ');
  return `${caught.length} of ${results.length} caught: ${counts}`;
}

/** @param {string} path @param {readonly Result[]} results @param {string} commit that they are of */
export function writeReport(path, results, commit) {
  const missed = results.filter(({ caught }) => !caught);
  const rows = results.map((result) => {
    const { mutant, caught, seconds } = result;
    const by = caught?.layer.suite ?? '**nobody**';
    return `| ${mutant.name} | ${cell(mutant.bug)} | ${cell(by)} | ${cell(caught?.test ?? outcomeOf(result))} | ${seconds.toFixed(0)} |`;
  });
  const text = `# Seeded bugs

Each bug of [test/mutants/seeded](../../test/mutants/seeded) put into the code, and the first test that turned red, asking
the cheapest layer first. Without a bug all of these tests were green in the same run. Written by \`npm run long:mutants\`.

- **${summaryOf(results)}**${missed.length > 0 ? `; not: ${missed.map(({ mutant }) => mutant.name).join(', ')}` : ''}
- ${new Date().toISOString().slice(0, 10)}, commit ${commit}
- ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}

| Bug | What is wrong | Caught by | Test | s |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
  mkdirSync(dirname(inRoot(path)), { recursive: true });
  writeFileSync(inRoot(path), text);
  say(`written: ${path}`);
}

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

/** The commit of the checkout, as it is now. */
export function commitNow() {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, { cwd: inRoot(), encoding: 'utf8' }).trim();
  const changed =
    git('status', '--porcelain', '--', 'apps', 'libs', 'test', 'tools') === '' ? '' : ', with changes';
  return `${git('rev-parse', '--short', 'HEAD')}${changed}`;
}
