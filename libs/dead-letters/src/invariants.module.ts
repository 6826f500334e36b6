import { type DynamicModule, Inject, Module, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { type ServiceName } from '#contracts';
import { Database, type Invariant } from '#persistence';
import { type DatabaseConfig, Logger, Metrics, Workers } from '#service';
import { InvariantCheck } from './invariants.worker.js';

const OPTIONS = Symbol('what must hold, and how often to look');

interface Options {
  readonly service: ServiceName;
  readonly invariants: readonly Invariant[];
  readonly intervalMs: number;
}

/** Keeps looking whether what a service has stored is as it must be. */
@Module({})
export class InvariantsModule implements OnApplicationBootstrap {
  static of(
    service: ServiceName,
    invariants: readonly Invariant[],
    config: Type<DatabaseConfig>,
  ): DynamicModule {
    const useFactory = ({ invariantIntervalMs: intervalMs }: DatabaseConfig): Options => ({
      service,
      invariants,
      intervalMs,
    });
    return { module: InvariantsModule, providers: [{ provide: OPTIONS, inject: [config], useFactory }] };
  }

  constructor(
    @Inject(OPTIONS) private readonly options: Options,
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly workers: Workers,
  ) {}

  onApplicationBootstrap(): void {
    const { database, logger } = this;
    const { service, invariants, intervalMs } = this.options;
    const parts = { service, database, log: logger, observe: this.metrics.observe };
    const check = new InvariantCheck(parts, invariants);
    this.workers.every({ name: 'invariants', intervalMs }, (stopped) => check.round(stopped));
  }
}
