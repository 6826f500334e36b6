import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '#persistence';
import { Logger, Metrics, Shutdown, Workers } from '#service';
import { OrderConfig } from './config.js';
import { LogFollower } from './event-log.worker.js';
import { ReportsHandlers } from './reports.handlers.js';

const SECOND = 1_000;

/** What is made of the event log: the sales report and the list of events. */
@Module({ controllers: [ReportsHandlers] })
export class EventLogModule implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly config: OrderConfig,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly shutdown: Shutdown,
    private readonly workers: Workers,
  ) {}

  onApplicationBootstrap(): void {
    const { config, database, logger } = this;
    const follower = new LogFollower({
      url: config.rabbitmqUrl,
      ca: config.rabbitmqCa,
      name: `order-log ${config.instance}`,
      log: logger,
      observe: this.metrics.observe,
      database,
      days: config.eventLogDays,
    });
    this.workers.every({ name: 'event log', intervalMs: SECOND }, () => follower.follow());
    this.shutdown.on('consume', 'event log reader', () => follower.stop());
  }
}
