import { setTimeout as pause } from 'node:timers/promises';
import { type Logger } from './logger.js';
import { type Shutdown } from './shutdown.js';

/**
 * Does some work again and again, `intervalMs` apart with a quarter of jitter, so that replicas don't move in step.
 * Errors are logged: the next round is the retry. Ends with the shutdown, after the round in hand.
 */
export function every(
  { name, intervalMs }: { readonly name: string; readonly intervalMs: number },
  work: () => Promise<unknown>,
  { logger, shutdown }: { readonly logger: Logger; readonly shutdown: Shutdown },
): void {
  const stopped = new AbortController();
  const rounds = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await pause(intervalMs * (0.75 + Math.random() / 2), undefined, { signal: stopped.signal }).catch(
        () => undefined,
      );
      if (stopped.signal.aborted) return;
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
