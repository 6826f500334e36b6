/** Callers whose buckets are remembered. Names come from the configuration, so there are never nearly so many. */
const MAX_CALLERS = 10_000;

export interface Limit {
  /** Requests that a caller may make in the long run; 0 for no limit. */
  readonly perSecond: number;
  /** Requests that a caller who was quiet may make at once. */
  readonly burst: number;
}

/** What is left of a caller's quota, as the fields of draft-ietf-httpapi-ratelimit-headers say it. */
export interface Quota {
  readonly fields: Readonly<Record<'ratelimit' | 'ratelimit-policy', string>>;
  /** Seconds after which the next request will be let through; undefined when this one is. */
  readonly retryAfter: number | undefined;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/**
 * A token bucket for each caller, in the memory of this process: several gateways let through as many times more. There are no
 * timers; a bucket is filled up to now when it is asked for.
 */
export class RateLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #policy: string;

  constructor(private readonly limit: Limit) {
    const { perSecond, burst } = limit;
    this.#policy = `"caller";q=${burst};w=${perSecond > 0 ? Math.ceil(burst / perSecond) : 0}`;
  }

  get isOn(): boolean {
    return this.limit.perSecond > 0;
  }

  /** Takes one request out of the quota. `nowMs` never goes back. */
  take(caller: string, nowMs: number): Quota {
    const { perSecond, burst } = this.limit;
    const bucket = this.#bucketOf(caller, nowMs);
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.filledAt) / 1_000) * perSecond);
    bucket.filledAt = nowMs;
    const missing = 1 - bucket.tokens;
    if (missing <= 0) bucket.tokens--;
    const full = Math.ceil((burst - bucket.tokens) / perSecond);
    return {
      fields: {
        ratelimit: `"caller";r=${Math.floor(bucket.tokens)};t=${full}`,
        'ratelimit-policy': this.#policy,
      },
      retryAfter: missing > 0 ? Math.max(1, Math.ceil(missing / perSecond)) : undefined,
    };
  }

  #bucketOf(caller: string, nowMs: number): Bucket {
    const known = this.#buckets.get(caller);
    if (known) return known;
    if (this.#buckets.size === MAX_CALLERS) {
      const [oldest] = this.#buckets.keys();
      this.#buckets.delete(oldest as string);
    }
    const bucket = { tokens: this.limit.burst, filledAt: nowMs };
    this.#buckets.set(caller, bucket);
    return bucket;
  }
}
