import { PATH_NAMES } from '../../test/chaos/kill/path-names.ts';
import { buildIfChanged } from '../infra/build.mjs';
import { say } from '../infra/say.mjs';
import { runTests } from '../test/run.mjs';
import { HELP, optionsOf } from './options.mjs';

const WRONG_USE = 2;

/** @param {string[]} args */
export async function kill(args) {
  await buildIfChanged();
  const { CRASH_POINTS } = await import('#crash-points');
  const options = optionsOf(args, { points: Object.keys(CRASH_POINTS), paths: Object.keys(PATH_NAMES) });
  if ('wrong' in options) {
    console.error(`${options.wrong}\n→ npm run kill -- --help`);
    process.exitCode = WRONG_USE;
  } else if (options.help) {
    say(HELP);
  } else if (options.list) {
    say(`${listOf('Points', CRASH_POINTS)}\n\n${listOf('Paths', PATH_NAMES)}`);
  } else {
    process.env.WAYBILL_KILL = JSON.stringify(options.asked);
    await runTests(['matrix']);
  }
}

/** @param {string} title @param {Readonly<Record<string, string>>} all */
function listOf(title, all) {
  const width = Math.max(...Object.keys(all).map((name) => name.length));
  return [title, ...Object.entries(all).map(([name, words]) => `  ${name.padEnd(width)}  ${words}`)].join(
    '\n',
  );
}
