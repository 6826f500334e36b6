import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { runMany } from './many.js';
import { HELP, type Options, optionsOf, Usage } from './options.js';
import { coverageOf, exploreAll, ProgressLine, wordsOf } from './report.js';
import { runSeed } from './run.js';
import { shrink } from './shrink.js';
import { timelineOf } from './timeline.js';

/** How many failures are shortened and told. */
const TOLD = 3;
/** Of one order's messages, in --exhaustive. */
const BUDGET = { duplicates: 1, losses: 1, crashes: 1 };
/** Fewer seeds than this need not reach every cell. */
const ENOUGH = 20_000;
const REPORT = 'docs/results/sim.md';

const said: string[] = [];

function say(line: string): void {
  said.push(line);
  process.stdout.write(`${line}\n`);
}

try {
  const options = optionsOf(process.argv.slice(2), availableParallelism());
  if (options.help) say(HELP);
  else process.exitCode = (await carryOut(options)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = error instanceof Usage ? 2 : 1;
}

function explain(error: unknown): string {
  if (error instanceof Usage) return `${error.message}\n\n${HELP}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Whether everything held. */
async function carryOut(options: Options): Promise<boolean> {
  if (options.seed !== undefined) return tellSeed(options.seed);
  if (!options.long) return options.exhaustive ? exploring(options) : manySeeds(options);
  const held = [await manySeeds(options), await exploring(options)];
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
  mkdirSync('docs/results', { recursive: true });
  const head = `# Simulation\n\n\`npm run long:sim\`, ${new Date().toISOString()}, ${machine}.\n`;
  writeFileSync(REPORT, `${head}\n\`\`\`text\n${said.join('\n')}\n\`\`\`\n`);
  say(`Written to ${REPORT}`);
  return held.every(Boolean);
}

async function tellSeed(seed: number): Promise<boolean> {
  const result = await runSeed(seed, { remember: true });
  say(`seed ${seed}, ${result.steps} steps\n${timelineOf(result)}`);
  if (result.broken.length > 0)
    say(`\nThe shortest that breaks the same:\n${timelineOf(await shrink(result))}`);
  return result.broken.length === 0;
}

async function manySeeds(options: Options): Promise<boolean> {
  const progress = new ProgressLine();
  const total = await runMany(options, (now) =>
    progress.show(() => `${wordsOf(now)} of ${options.seeds}, ${now.broken.length} broken`),
  );
  progress.clear();
  const coverage = coverageOf(total.counts);
  say(coverage.words);
  say(`${wordsOf(total)}, from seed ${options.from}: ${total.broken.length} with a broken promise`);
  for (const { seed, words } of total.broken)
    say(`  npm run sim -- --seed ${seed}    ${words.slice(0, 160)}`);
  for (const { seed } of total.broken.slice(0, TOLD)) {
    const shortest = await shrink(await runSeed(seed, { remember: true }));
    say(`\nseed ${seed}, shortened to ${shortest.steps} steps\n${timelineOf(shortest)}`);
  }
  return total.broken.length === 0 && (coverage.isComplete || options.seeds < ENOUGH);
}

async function exploring({ bound }: Options): Promise<boolean> {
  const found = await exploreAll(BUDGET, bound, say);
  const states = found.reduce((sum, one) => sum + one.states, 0);
  const transitions = found.reduce((sum, one) => sum + one.transitions, 0);
  say(`${states} states and ${transitions} transitions in ${found.length} paths`);
  return found.every(({ broken }) => broken.length === 0);
}
