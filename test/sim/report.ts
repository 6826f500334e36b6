import { type Budget, PATHS } from './branch.js';
import { type Counts } from './coverage.js';
import { type Explored, explore } from './exhaustive.js';
import { type Total } from './many.js';
import { isRare, missedBy, surprisesIn, tableOf } from './unreached.js';

/** A line that changes on a terminal; elsewhere one every ten seconds. */
export class ProgressLine {
  private last = performance.now();

  show(words: () => string): void {
    const { isTTY } = process.stderr;
    const now = performance.now();
    if (now < this.last + (isTTY ? 200 : 10_000)) return;
    this.last = now;
    process.stderr.write(isTTY ? `\r\u001b[2K${words()}` : `${words()}\n`);
  }

  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  }
}

export function wordsOf({ seeds, steps, seconds }: Total): string {
  return `${seeds} seeds, ${steps} steps, ${seconds.toFixed(1)} s (${Math.round(seeds / seconds)} seeds/s)`;
}

/** Every path, one after the other; a line for each when it is done. */
export async function exploreAll(
  budget: Budget,
  bound: number,
  say: (line: string) => void,
): Promise<Explored[]> {
  const progress = new ProgressLine();
  const found: Explored[] = [];
  for (const path of PATHS) {
    const onState = (states: number, transitions: number): void =>
      progress.show(() => `${path.name}: ${states} states, ${transitions} transitions`);
    const explored = await explore({ path, budget, bound, onState });
    progress.clear();
    const extent = explored.isComplete ? 'all of them' : `stopped at the bound of ${bound}`;
    const { states, transitions, ends, broken } = explored;
    say(
      `${path.name}: ${states} states (${extent}), ${transitions} transitions, ${ends} ends, ${broken.length} broken`,
    );
    for (const { history, words } of broken) say(`  ${history.join('\n  ')}\n  BROKEN  ${words}`);
    found.push(explored);
  }
  return found;
}

/**
 * What was reached of the tables. Not complete when something that can be expected was not reached, or something
 * unreachable was. What is rare is told only: what its cell decides is tested beside its table, cell by cell.
 */
export function coverageOf(counts: Counts): { readonly isComplete: boolean; readonly words: string } {
  const missed = missedBy(counts);
  const surprises = surprisesIn(counts);
  const words = [
    tableOf(counts),
    ...missed.map((cell) => `${isRare(cell) ? 'rare, not reached' : 'MISSED'}  ${cell}`),
    ...surprises.map((cell) => `REACHED, but said to be out of reach: ${cell}`),
  ];
  return { isComplete: missed.every(isRare) && surprises.length === 0, words: words.join('\n') };
}
