import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { say } from '../../tools/infra/say.mjs';

/**
 * What was seen, as a page.
 * @param {string} path @param {readonly Record<string, string | number>[]} seen @param {{ passed: number, failed: number }} count
 */
export function writeResults(path, seen, { passed, failed }) {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
  const machine = `${availableParallelism()} CPUs, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.version}`;
  const sections = seen.map(({ what, ...facts }) =>
    [
      `## ${what}`,
      '',
      '| | |',
      '| --- | --- |',
      ...Object.entries(facts).map(([name, fact]) => `| ${name} | ${fact} |`),
    ].join('\n'),
  );
  const head = `# Results of npm run cluster

${new Date().toISOString().slice(0, 10)}, commit ${commit}, ${machine}. ${passed} passed, ${failed} failed. After each that passed every
accepted order was there once, all invariants held and there was no dead letter. "Other answers" were tried again, with
the same key. Times are what was seen on this machine with everything on it, brokers, databases and clients.`;
  writeFileSync(path, `${[head, ...sections].join('\n\n')}\n`);
  say(`The results are in ${path}.`);
}
