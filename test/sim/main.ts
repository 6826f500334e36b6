import { availableParallelism } from 'node:os';
import { runMany, type Total } from './many.js';
import { HELP, type Options, optionsOf, Usage } from './options.js';
import { runSeed } from './run.js';
import { shrink } from './shrink.js';
import { timelineOf } from './timeline.js';

/** How many failures are shortened and told. */
const TOLD = 3;

try {
  const options = optionsOf(process.argv.slice(2), availableParallelism());
  if (options.help) console.log(HELP);
  else process.exitCode = (await carryOut(options)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Usage ? `${error.message}\n\n${HELP}` : error);
  process.exitCode = error instanceof Usage ? 2 : 1;
}

/** Whether everything held. */
async function carryOut(options: Options): Promise<boolean> {
  if (options.seed !== undefined) return tellSeed(options.seed);
  return manySeeds(options);
}

async function tellSeed(seed: number): Promise<boolean> {
  const result = await runSeed(seed, { remember: true });
  console.log(`seed ${seed}, ${result.steps} steps\n${timelineOf(result)}`);
  if (result.broken.length > 0)
    console.log(`\nThe shortest that breaks the same:\n${timelineOf(await shrink(result))}`);
  return result.broken.length === 0;
}

async function manySeeds(options: Options): Promise<boolean> {
  const total = await runMany(options, progressOf(options.seeds));
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  console.log(`${wordsOf(total)}: ${total.broken.length} with a broken promise`);
  for (const { seed, words } of total.broken)
    console.log(`  npm run sim -- --seed ${seed}    ${words.slice(0, 160)}`);
  for (const { seed } of total.broken.slice(0, TOLD)) {
    const shortest = await shrink(await runSeed(seed, { remember: true }));
    console.log(`\nseed ${seed}, shortened to ${shortest.steps} steps\n${timelineOf(shortest)}`);
  }
  return total.broken.length === 0;
}

function wordsOf({ seeds, steps, seconds }: Total): string {
  return `${seeds} seeds, ${steps} steps, ${seconds.toFixed(1)} s (${Math.round(seeds / seconds)} seeds/s)`;
}

/** On a terminal a line that changes, elsewhere one every ten seconds. */
function progressOf(seeds: number): (total: Total) => void {
  let last = 0;
  return (total) => {
    if (!process.stderr.isTTY && total.seconds < last + 10) return;
    last = total.seconds;
    const line = `${wordsOf(total)} of ${seeds}, ${total.broken.length} broken`;
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
  };
}
