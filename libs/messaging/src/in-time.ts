import { setTimeout as pause } from 'node:timers/promises';

export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** A queue whose leader has just gone may leave a question open, while the connection is as alive as ever. */
export async function inTime(work: Promise<void>, ms: number): Promise<void> {
  const done = new AbortController();
  const late = pause(ms, undefined, { signal: done.signal }).then(() => {
    throw new Unanswered(`it does not answer what is asked of it within ${ms} ms`);
  });
  // Whichever comes second has nothing more to say.
  late.catch(() => undefined);
  await Promise.race([work, late]).finally(() => done.abort());
}
