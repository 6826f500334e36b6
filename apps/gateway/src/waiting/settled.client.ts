import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;

/** Reads with growing pauses until it has settled or the deadline (of performance.now) is there; gives the last reading. */
export async function untilSettled<T>(
  read: () => Promise<T>,
  isSettled: (value: T) => boolean,
  deadline: number,
): Promise<T> {
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const value = await read();
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 || isSettled(value)) return value;
    await pause(Math.min(pauseMs, leftMs));
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
  }
}
