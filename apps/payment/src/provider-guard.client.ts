import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type IPolicy,
  TaskCancelledError,
  wrap,
} from 'cockatiel';
import { type Found } from './provider.js';

export interface GuardOptions {
  /** Of one call, its time in the queue included. */
  readonly timeoutMs: number;
  /** So many calls at a time. */
  readonly concurrency: number;
  /** The next ones in a queue, and no more than that: a slow provider must not fill our memory. */
  readonly maxWaiting: number;
  readonly breaker: {
    /** After so many calls in a row without an answer none is made. */
    readonly failures: number;
    /** Then one is made, to see. */
    readonly pauseMs: number;
  };
}

export const BREAKER_STATES = ['closed', 'half open', 'open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

const NO_ANSWER = { outcome: 'unknown', reason: 'no answer in time' } as const;

/**
 * Stands before the provider. What is not asked, because the provider has not answered for a while or too much is under
 * way, is "unknown" like what is not answered: never declined, and asked again later.
 */
export class ProviderGuard {
  private readonly policy: IPolicy;
  private readonly breaker: ReturnType<typeof circuitBreaker>;

  constructor(private readonly options: GuardOptions) {
    const { concurrency, maxWaiting, breaker } = options;
    const noAnswer = handleWhen((error) => !isOurs(error)).orWhenResult((found) => isSilent(found as Found));
    this.breaker = circuitBreaker(noAnswer, {
      breaker: new ConsecutiveBreaker(breaker.failures),
      halfOpenAfter: breaker.pauseMs,
    });
    this.policy = wrap(this.breaker, bulkhead(concurrency, maxWaiting));
  }

  get state(): BreakerState {
    if (this.breaker.state === CircuitState.Closed) return 'closed';
    return this.breaker.state === CircuitState.HalfOpen ? 'half open' : 'open';
  }

  onChange(tell: (state: BreakerState) => void): void {
    this.breaker.onStateChange(() => tell(this.state));
  }

  /** Every kind of doubt comes out as "unknown". The time-out of the library would cost more than all the rest of this. */
  async ask(work: (signal: AbortSignal) => Promise<Found>): Promise<Found> {
    const deadline = new AbortController();
    const { signal } = deadline;
    const timer = setTimeout(() => deadline.abort(), this.options.timeoutMs);
    const late = timedOut(signal);
    try {
      // Who ignores the signal gives its place to the next one all the same.
      const call = () => Promise.race([work(signal), late]);
      return await Promise.race([this.policy.execute(call, signal), late]);
    } catch (error) {
      return { outcome: 'unknown', reason: reasonOf(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Whoever says "not yet" is there. */
function isSilent(found: Found): boolean {
  return found.outcome === 'unknown' && found.answered === undefined;
}

/** Nothing that the provider can be blamed for. */
function isOurs(error: unknown): boolean {
  return error instanceof BulkheadRejectedError || error instanceof TaskCancelledError;
}

/** Goes into the history: short, and nothing that PostgreSQL could refuse. */
function reasonOf(error: unknown): string {
  if (error instanceof TaskCancelledError) return NO_ANSWER.reason;
  if (error instanceof BulkheadRejectedError) return 'not called: too many calls are under way';
  if (error instanceof BrokenCircuitError) return 'not called: the provider has not answered for a while';
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
}

function timedOut(signal: AbortSignal): Promise<Found> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(NO_ANSWER), { once: true });
  });
}
