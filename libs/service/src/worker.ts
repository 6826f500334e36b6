import { setTimeout as pause } from 'node:timers/promises';
import { type Observe } from '#messaging';
import { type Clock } from '#persistence';
import { type Logger } from './logger.js';
import { type Shutdown } from './shutdown.js';

interface Work {
  readonly name: string;
  /** With a quarter of jitter, so that replicas don't move in step. */
  readonly intervalMs: number;
  /** Work that looks at it does not wait when a test has moved it. */
  readonly clock?: Clock;
}

/** Between two looks at what is a metric: more often than a usual scrape. */
export const WATCH_MS = 10_000;

/** What a process does again and again, until it shuts down. */
export class Workers {
  constructor(
    private readonly parts: {
      readonly logger: Pick<Logger, 'warn'>;
      readonly observe: Observe;
      readonly shutdown: Pick<Shutdown, 'on'>;
    },
  ) {}

  /**
   * A round that fails is logged and counted in `waybill_worker_failures`: how many have failed in a row. The next round is the retry.
   * At the shutdown the round in hand is the last one, and `stopped` tells it: one that takes long has to look, for the
   * shutdown waits for it.
   */
  every({ name, intervalMs, clock }: Work, work: (stopped: AbortSignal) => Promise<unknown>): void {
    const stopped = new AbortController();
    let early = new AbortController();
    clock?.onAdvance(() => early.abort());
    const rounds = async (): Promise<void> => {
      for (let failures = 0; !stopped.signal.aborted; ) {
        const signal = AbortSignal.any([stopped.signal, early.signal]);
        await pause(intervalMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
        if (stopped.signal.aborted) return;
        // Before the work: a clock that is moved meanwhile asks for another round.
        early = new AbortController();
        failures = (await this.succeeds(name, work, stopped.signal)) ? 0 : failures + 1;
        this.parts.observe('waybill_worker_failures', { worker: name }, failures);
      }
    };
    const running = rounds();
    this.parts.shutdown.on('consume', name, () => {
      stopped.abort();
      return running;
    });
  }

  private async succeeds(
    name: string,
    work: (stopped: AbortSignal) => Promise<unknown>,
    stopped: AbortSignal,
  ): Promise<boolean> {
    try {
      await work(stopped);
      return true;
    } catch (error) {
      // It has been called off, and that is no fault.
      if (stopped.aborted && error === stopped.reason) return true;
      const words = 'a round of a worker failed; the next one tries again';
      this.parts.logger.warn({ err: error, worker: name }, words);
      return false;
    }
  }
}
