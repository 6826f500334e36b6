import { CpuMeter, memoryOf } from './processes.mjs';

/** A run may take this much longer than its windows: a request in flight has 20 s to be answered. */
const GRACE_MS = 60_000;

/**
 * One run of a worker, with the CPU of everything that serves it inside the measured window.
 * @param {import('./worker.mjs').Worker} worker
 * @param {import('./closed-loop.mjs').Job} job
 * @param {import('./processes.mjs').Groups} groups
 */
export async function measure(worker, job, groups) {
  const meter = new CpuMeter(groups);
  /** @type {Record<string, number>} */
  let cpuSeconds = {};
  const result = await worker.run(job, {
    timeoutMs: job.warmUpMs + job.measureMs + GRACE_MS,
    onWindow: (open) => {
      if (open) meter.start();
      else cpuSeconds = meter.stop();
    },
  });
  const { cpuSeconds: own, ...measured } = result;
  return { ...measured, cpuSeconds: { ...cpuSeconds, load: own }, memoryMb: memoryOf(groups) };
}
