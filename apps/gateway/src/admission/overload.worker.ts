import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Logger, Metrics, Workers } from '#service';
import { Admission } from './admission.js';

const TELL_MS = 1_000;
/** An overload that pauses for less than this is one overload. */
const CALM_ROUNDS = 5;

/** Tells of an overload when it begins and when it is over: a line for each refusal would make it worse. */
@Injectable()
export class OverloadWorker implements OnApplicationBootstrap {
  #told = 0;
  #refusedBefore = 0;
  #calm = CALM_ROUNDS;

  constructor(
    private readonly admission: Admission,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
    private readonly workers: Workers,
  ) {}

  onApplicationBootstrap(): void {
    this.workers.every({ name: 'overload', intervalMs: TELL_MS }, async () => this.#tell());
  }

  #tell(): void {
    const { inFlight, limit, delayMs, refused } = this.admission;
    this.metrics.observe('waybill_http_in_flight', {}, inFlight);
    this.metrics.observe('waybill_http_in_flight_limit', {}, limit);
    const isRefusing = refused > this.#refusedBefore;
    this.#refusedBefore = refused;
    const wasCalm = this.#calm >= CALM_ROUNDS;
    this.#calm = isRefusing ? 0 : this.#calm + 1;
    if (isRefusing && wasCalm) {
      this.logger.warn({ inFlight, limit, delayMs }, 'overloaded: some requests are refused');
    } else if (this.#calm === CALM_ROUNDS) {
      this.logger.info({ refused: refused - this.#told }, 'no longer overloaded');
      this.#told = refused;
    }
  }
}
