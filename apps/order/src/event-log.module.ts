import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '#persistence';
import { every, Logger, Metrics, Shutdown } from '#service';
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
  ) {}

  onApplicationBootstrap(): void {
    const { config, database, logger, shutdown } = this;
    const follower = new LogFollower({
      url: config.rabbitmqUrl,
      ca: config.rabbitmqCa,
      name: `order-log ${config.instance}`,
      log: logger,
      observe: this.metrics.observe,
      database,
      days: config.eventLogDays,
    });
    every({ name: 'event log', intervalMs: SECOND }, () => follower.follow(), { logger, shutdown });
    shutdown.on('consume', 'event log reader', () => follower.stop());
  }
}
