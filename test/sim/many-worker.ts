import { parentPort, workerData } from 'node:worker_threads';
import { type Counts } from './coverage.js';
import { runSeed } from './run.js';

export interface Task {
  readonly from: number;
  readonly count: number;
  /** The next seed that nobody has taken, shared by all workers. */
  readonly next: Int32Array;
}

export interface Progress {
  readonly seeds: number;
  readonly steps: number;
  readonly broken: readonly { readonly seed: number; readonly words: string }[];
  readonly counts: Counts;
}

const { from, count, next } = workerData as Task;
const AT_ONCE = 50;

for (;;) {
  const first = Atomics.add(next, 0, AT_ONCE);
  if (first >= count) break;
  let steps = 0;
  const counts: Counts = new Map();
  const broken: { seed: number; words: string }[] = [];
  const last = Math.min(first + AT_ONCE, count);
  for (let i = first; i < last; i++) {
    const result = await runSeed(from + i, { counts });
    steps += result.steps;
    if (result.broken[0]) broken.push({ seed: from + i, words: result.broken[0] });
  }
  // Of a thread, not of a window.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage({ seeds: last - first, steps, broken, counts } satisfies Progress);
}
