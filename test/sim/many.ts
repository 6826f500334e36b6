import { Worker } from 'node:worker_threads';
import { type Counts, count } from './coverage.js';
import { type Progress, type Task } from './many-worker.js';

export interface Total {
  seeds: number;
  steps: number;
  readonly broken: { readonly seed: number; readonly words: string }[];
  readonly counts: Counts;
  readonly seconds: number;
}

/** Enough to see what is wrong. */
const MAX_BROKEN = 20;

/** Many seeds on several threads: which thread takes which seed changes nothing about it. */
export async function runMany(
  { from, seeds, jobs }: { readonly from: number; readonly seeds: number; readonly jobs: number },
  onProgress: (total: Total) => void,
): Promise<Total> {
  const begun = performance.now();
  const found: Omit<Total, 'seconds'> = { seeds: 0, steps: 0, broken: [], counts: new Map() };
  const total = (): Total => ({ ...found, seconds: (performance.now() - begun) / 1_000 });
  const next = new Int32Array(new SharedArrayBuffer(4));
  const task: Task = { from, count: seeds, next };
  const work = Array.from({ length: jobs }, () => {
    const worker = new Worker(new URL('./many-worker.ts', import.meta.url), { workerData: task });
    worker.on('message', ({ seeds: done, steps, broken, counts }: Progress) => {
      found.seeds += done;
      found.steps += steps;
      found.broken.push(...broken);
      for (const [name, times] of counts) count(found.counts, name, times);
      // No more is taken; what is in hand is finished.
      if (found.broken.length >= MAX_BROKEN) Atomics.store(next, 0, seeds);
      onProgress(total());
    });
    return new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', () => resolve());
    });
  });
  await Promise.all(work);
  return total();
}
