import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { DeadLettersModule, InvariantsModule } from '#dead-letters';
import { Loop } from '#loop';
import { Answers, bundle } from '#messaging';
import { Database, OutboxRelay } from '#persistence';
import { HealthDetails, Logger, Metrics, Shutdown, Workers } from '#service';
import { PaymentConfig } from './config.js';
import { paymentRules } from './decide.js';
import { type PaymentEffect } from './effects.js';
import { paymentInvariants } from './invariants.store.js';
import { LedgerHandlers } from './ledger.handlers.js';
import { LedgerCheckModule } from './ledger-check.module.js';
import { LedgerClosing } from './ledger-closing.worker.js';
import { type PaymentMessage } from './messages.js';
import { PaymentHandlers } from './payment.handlers.js';
import { paymentStore } from './payment.store.js';
import { Provider } from './provider.js';
import { ProviderModule } from './provider.module.js';
import { ProviderCalls } from './provider-calls.client.js';
import { reconcile } from './reconcile.worker.js';
import { type PaymentRow } from './record.js';
import { type PaymentState } from './refund.js';
import { WebhookHandlers } from './webhook.handlers.js';
import { Heeding, WebhookSources } from './webhook.js';
import { EventWorker } from './webhook.worker.js';
import { SignedWebhooks } from './webhook-sources.client.js';

type PaymentLoop = Loop<PaymentState, PaymentRow, PaymentMessage>;

/** So many calls may wait for each one that is under way; whatever is beyond is asked for later. */
const WAITING_PER_CALL = 100;
const FORGET_MS = 3_600_000;
const CLOSE_MS = 60_000;

@Module({
  imports: [
    DeadLettersModule.of('payment'),
    InvariantsModule.of('payment', paymentInvariants, PaymentConfig),
    ProviderModule,
    LedgerCheckModule,
  ],
  controllers: [PaymentHandlers, LedgerHandlers, WebhookHandlers],
  providers: [
    {
      provide: WebhookSources,
      inject: [PaymentConfig],
      useFactory: ({ webhookSecrets }: PaymentConfig) => new SignedWebhooks(webhookSecrets),
    },
    {
      provide: EventWorker,
      inject: [Loop, Database, PaymentConfig, Shutdown, Workers],
      useFactory: eventsOf,
    },
    { provide: Heeding, useExisting: EventWorker },
    {
      provide: ProviderCalls,
      inject: [Provider, PaymentConfig, Logger, Metrics],
      useFactory: (provider: Provider, config: PaymentConfig, log: Logger, { observe }: Metrics) => {
        const { providerTimeoutMs: timeoutMs, providerConcurrency: concurrency } = config;
        const maxWaiting = concurrency * WAITING_PER_CALL;
        const breaker = {
          failures: config.providerBreakerFailures,
          pauseMs: config.providerBreakerPauseMs,
        };
        return new ProviderCalls({ provider, timeoutMs, concurrency, maxWaiting, breaker, log, observe });
      },
    },
    {
      provide: HealthDetails,
      inject: [ProviderCalls],
      useFactory: ({ guard }: ProviderCalls): HealthDetails => ({
        details: () => ({ 'breaker of the provider': guard.state }),
      }),
    },
    {
      provide: Loop,
      inject: [PaymentConfig, Database, OutboxRelay, Answers, ProviderCalls],
      useFactory: loopOf,
    },
  ],
  exports: [HealthDetails],
})
export class PaymentModule implements OnApplicationBootstrap {
  constructor(
    private readonly loop: Loop<PaymentState, PaymentRow, PaymentMessage>,
    private readonly calls: ProviderCalls,
    private readonly database: Database,
    private readonly config: PaymentConfig,
    private readonly shutdown: Shutdown,
    private readonly workers: Workers,
  ) {}

  onApplicationBootstrap(): void {
    const { clock } = this.database;
    const reconciling = { name: 'reconcile', intervalMs: this.config.reconcileIntervalMs, clock };
    this.workers.every(reconciling, () => reconcile(this.database, this.loop));
    const closing = new LedgerClosing(this.database);
    this.workers.every({ name: 'ledger closing', intervalMs: CLOSE_MS }, (stopped) => closing.round(stopped));
    // A call in hand brings an outcome to decide upon, which may ask for another call.
    this.shutdown.on('drain', 'calls', async () => {
      await this.loop.drain();
      await this.calls.drain();
      await this.loop.drain();
    });
  }
}

function loopOf(
  { timing }: PaymentConfig,
  database: Database,
  relay: OutboxRelay,
  answers: Answers,
  calls: ProviderCalls,
): PaymentLoop {
  const loop: PaymentLoop = new Loop({
    rules: paymentRules(timing, calls.canMove),
    store: paymentStore,
    database,
    relay,
    bundle,
    notify: answers.notify,
    perform: (effect, cause) =>
      calls.start(effect as PaymentEffect, cause, (message) => loop.settle([message])),
  });
  return loop;
}

function eventsOf(
  loop: PaymentLoop,
  database: Database,
  { reconcileIntervalMs: intervalMs }: PaymentConfig,
  ...[shutdown, workers]: [Shutdown, Workers]
): EventWorker {
  const events = new EventWorker(loop, database);
  workers.every({ name: 'webhook events', intervalMs }, () => events.heedRest());
  const forgetting = { name: 'old webhook events', intervalMs: FORGET_MS };
  workers.every(forgetting, (stopped) => events.forgetOld(stopped));
  shutdown.on('consume', 'webhook events in hand', () => events.drain());
  return events;
}
