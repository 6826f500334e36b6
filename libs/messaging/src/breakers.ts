import { type ServiceName } from '#contracts';
import { Breaker, type BreakerState, type CallOutcome, type Pass } from './breaker.js';
import { type Log, type Observe } from './observe.js';

const LEVELS: Readonly<Record<BreakerState, number>> = { closed: 0, 'half open': 1, open: 2 };
/** Of the time for an answer: what takes more is late. */
const LATE = 2 / 3;

interface Settled {
  readonly pass: Pass;
  readonly begunAt: number;
  readonly expiresAt: number;
  readonly outcome: CallOutcome;
}

/** A breaker for each service that is asked, with a metric and a line in the log for every change. */
export class Breakers {
  readonly #breakers = new Map<ServiceName, Breaker>();

  constructor(private readonly options: { readonly observe: Observe; readonly log: Log }) {}

  enter(service: ServiceName, nowMs: number): Pass | undefined {
    const breaker = this.#of(service);
    const before = breaker.state;
    const pass = breaker.enter(nowMs);
    if (breaker.state !== before) this.#tell(service, breaker.state);
    if (pass === undefined) this.options.observe('waybill_rpc_withheld_total', { service });
    return pass;
  }

  leave(service: ServiceName, { pass, begunAt, expiresAt, outcome }: Settled, nowMs: number): void {
    const breaker = this.#of(service);
    const before = breaker.state;
    const isLate = nowMs - begunAt > (expiresAt - begunAt) * LATE;
    breaker.leave(pass, outcome === 'answered' && isLate ? 'late' : outcome, nowMs);
    if (breaker.state !== before) this.#tell(service, breaker.state);
  }

  retryAfter(service: ServiceName, nowMs: number): number {
    return this.#of(service).retryAfter(nowMs);
  }

  #of(service: ServiceName): Breaker {
    let breaker = this.#breakers.get(service);
    if (!breaker) {
      breaker = new Breaker();
      this.#breakers.set(service, breaker);
      this.options.observe('waybill_rpc_breaker_state', { service }, LEVELS.closed);
    }
    return breaker;
  }

  #tell(service: ServiceName, state: BreakerState): void {
    const { observe, log } = this.options;
    observe('waybill_rpc_breaker_state', { service }, LEVELS[state]);
    if (state === 'open')
      log.warn({ service }, 'a service does not answer in time: it is left alone for two seconds');
    if (state === 'closed') log.info({ service }, 'a service answers again');
  }
}
