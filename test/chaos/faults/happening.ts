import { setTimeout as pause } from 'node:timers/promises';
import { type Rig } from '../rig.js';
import { type Fault } from '../schedule.js';

/** Breaks something and heals it again. Gives how often that was noticed: 0 is a fault that hurt nobody. */
export type Happening = (rig: Rig, fault: Fault) => Promise<number>;

/** For so long; then it is undone, whatever happened meanwhile. */
export async function during(forMs: number, undo: () => unknown): Promise<void> {
  try {
    await pause(forMs);
  } finally {
    await undo();
  }
}

/** How much a number has grown meanwhile. */
export async function growth(
  count: () => number | Promise<number>,
  happen: () => Promise<unknown>,
): Promise<number> {
  const before = await count();
  await happen();
  // A process that was killed meanwhile counts from zero again.
  return Math.max(0, (await count()) - before);
}
