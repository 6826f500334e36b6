import { setTimeout as pause } from 'node:timers/promises';
import { type Clock } from '#persistence';
import { type Logger } from './logger.js';
import { type Shutdown } from './shutdown.js';

/**
 * Does some work again and again, `intervalMs` apart with a quarter of jitter, so that replicas don't move in step.
 * Errors are logged: the next round is the retry. Ends with the shutdown, after the round in hand. Work that looks at a
 * clock does not wait when a test has moved it.
 */
export function every(
  { name, intervalMs }: { readonly name: string; readonly intervalMs: number },
  work: () => Promise<unknown>,
  {
    logger,
    shutdown,
    clock,
  }: { readonly logger: Logger; readonly shutdown: Shutdown; readonly clock?: Clock },
): void {
  const stopped = new AbortController();
  let early = new AbortController();
  clock?.onAdvance(() => early.abort());
  const rounds = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const signal = AbortSignal.any([stopped.signal, early.signal]);
      await pause(intervalMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      // Before the work: a clock that is moved meanwhile asks for another round.
      early = new AbortController();
      try {
        await work();
      } catch (error) {
        logger.warn({ err: error, worker: name }, 'a round of a worker failed; the next one tries again');
      }
    }
  };
  const running = rounds();
  shutdown.on('consume', name, () => {
    stopped.abort();
    return running;
  });
}
