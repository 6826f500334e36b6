import { type ConcurrencyLimit } from './concurrency-limit.js';
import { type RouteClass } from './route-class.js';

/** Why a request is not let in: too many are under way, or this process does not get round to them. */
export type Overload = 'in flight' | 'event loop';

interface Rule {
  /** Of the limit that all share: the lower classes leave some of it to the higher ones. */
  readonly share?: number;
  /** Places of its own instead. */
  readonly places?: number;
  /** How late the event loop may be, in multiples of what the lowest classes bear. */
  readonly patience: number;
}

const RULES: Readonly<Record<RouteClass, Rule>> = {
  bulk: { places: 32, patience: 1 },
  // Counted elsewhere: they last for up to an hour, and cost little.
  stream: { patience: 1 },
  read: { share: 0.75, patience: 1 },
  write: { share: 0.9, patience: 2 },
  completion: { share: 1, patience: 4 },
  free: { patience: Number.POSITIVE_INFINITY },
};

/** Who is let in. */
export class Admission {
  /** How late the event loop is. */
  delayMs = 0;
  /** Since the start. */
  refused = 0;
  #shared = 0;
  #bulk = 0;

  constructor(
    private readonly concurrency: ConcurrencyLimit,
    private readonly maxDelayMs: number,
  ) {}

  /** All that share the limit. */
  get inFlight(): number {
    return this.#shared;
  }

  get limit(): number {
    return this.concurrency.value;
  }

  overloadFor(routeClass: RouteClass): Overload | undefined {
    const { share, places, patience } = RULES[routeClass];
    if (this.delayMs > this.maxDelayMs * patience) return 'event loop';
    if (share !== undefined && this.#shared >= this.limit * share) return 'in flight';
    return places !== undefined && this.#bulk >= places ? 'in flight' : undefined;
  }

  /** False of a class that takes no place, and has none to give back. */
  enter(routeClass: RouteClass): boolean {
    return this.#count(routeClass, 1);
  }

  leave(routeClass: RouteClass): void {
    this.#count(routeClass, -1);
  }

  #count(routeClass: RouteClass, by: 1 | -1): boolean {
    const { share, places } = RULES[routeClass];
    if (share !== undefined) this.#shared += by;
    else if (places !== undefined) this.#bulk += by;
    else return false;
    return true;
  }
}
