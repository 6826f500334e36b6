import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { DeadLettersModule, InvariantsModule } from '#dead-letters';
import { Loop } from '#loop';
import { Answers, bundle, Watchers } from '#messaging';
import { Database, OutboxRelay } from '#persistence';
import { Metrics, Shutdown, WATCH_MS, Workers } from '#service';
import { OrderConfig } from './config.js';
import { tellOverdue, watchOverdue } from './deadlines.worker.js';
import { orderRules } from './decide.js';
import { EventLogModule } from './event-log.module.js';
import { orderInvariants } from './invariants.store.js';
import { type OrderMessage } from './messages.js';
import { OrderHandlers } from './order.handlers.js';
import { type OrderState, type Step } from './order.js';
import { loadOrders, saveOrders } from './order.store.js';
import { ReturnsHandlers } from './returns.handlers.js';
import { tellSteps } from './steps.client.js';

type OrderLoop = Loop<OrderState, Step, OrderMessage>;

@Module({
  imports: [
    DeadLettersModule.of('order'),
    InvariantsModule.of('order', orderInvariants, OrderConfig),
    EventLogModule,
  ],
  controllers: [OrderHandlers, ReturnsHandlers],
  providers: [
    {
      provide: Loop,
      inject: [OrderConfig, Database, OutboxRelay, Answers, Watchers],
      useFactory: (
        config: OrderConfig,
        database: Database,
        relay: OutboxRelay,
        answers: Answers,
        watchers: Watchers,
      ): OrderLoop =>
        new Loop({
          rules: orderRules({ sagaTimeoutMs: config.sagaTimeoutSeconds * 1_000 }),
          store: { load: loadOrders, save: saveOrders },
          database,
          relay,
          bundle,
          notify: answers.notify,
          onAppended: (appended) => tellSteps(watchers, appended),
        }),
    },
  ],
})
export class OrderModule implements OnApplicationBootstrap {
  @Inject() private readonly metrics: Metrics;

  constructor(
    private readonly loop: Loop<OrderState, Step, OrderMessage>,
    private readonly database: Database,
    private readonly config: OrderConfig,
    private readonly shutdown: Shutdown,
    private readonly workers: Workers,
    private readonly watchers: Watchers,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { clock } = this.database;
    const deadlines = { name: 'deadlines', intervalMs: this.config.deadlineIntervalMs, clock };
    this.workers.every(deadlines, () => tellOverdue(this.database, this.loop));
    const { observe } = this.metrics;
    const watch = { name: 'overdue orders', intervalMs: WATCH_MS };
    this.workers.every(watch, () => watchOverdue(this.database, observe));
    this.shutdown.on('drain', 'loop', () => this.loop.drain());
    await this.watchers.start();
  }
}
