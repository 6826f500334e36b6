import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Loop } from '#loop';
import { Answers, bundle } from '#messaging';
import { Database, OutboxRelay } from '#persistence';
import { every, Logger, Metrics, Shutdown } from '#service';
import { PaymentConfig } from './config.js';
import { paymentRules } from './decide.js';
import { type PaymentEffect } from './effects.js';
import { HttpProvider } from './http-provider.client.js';
import { type PaymentMessage } from './messages.js';
import { PaymentHandlers } from './payment.handlers.js';
import { paymentStore } from './payment.store.js';
import { Provider } from './provider.js';
import { ProviderCalls } from './provider-calls.client.js';
import { reconcile } from './reconcile.worker.js';
import { type PaymentRow } from './record.js';
import { type PaymentState } from './refund.js';
import { ActionTable } from './sandbox/action-table.client.js';
import { InProcessSandbox } from './sandbox/in-process.client.js';
import { LedgerFile } from './sandbox/ledger-file.client.js';
import { pages } from './sandbox/pages.client.js';
import { WebhookSender } from './sandbox/webhook-sender.client.js';
import { WebhookHandlers } from './webhook.handlers.js';
import { Heeding, WebhookSources } from './webhook.js';
import { EventWorker } from './webhook.worker.js';
import { SignedWebhooks } from './webhook-sources.client.js';

type PaymentLoop = Loop<PaymentState, PaymentRow, PaymentMessage>;

/** So many calls may wait for each one that is under way; whatever is beyond is asked for later. */
const WAITING_PER_CALL = 100;

@Module({
  controllers: [PaymentHandlers, WebhookHandlers],
  providers: [
    {
      provide: WebhookSources,
      inject: [PaymentConfig],
      useFactory: ({ webhookSecrets }: PaymentConfig) => new SignedWebhooks(webhookSecrets),
    },
    {
      provide: EventWorker,
      inject: [Loop, Database, PaymentConfig, Logger, Shutdown],
      useFactory: eventsOf,
    },
    { provide: Heeding, useExisting: EventWorker },
    {
      provide: Provider,
      inject: [PaymentConfig, Database, Shutdown, HttpAdapterHost],
      useFactory: providerOf,
    },
    {
      provide: ProviderCalls,
      inject: [Provider, PaymentConfig, Logger, Metrics],
      useFactory: (provider: Provider, config: PaymentConfig, log: Logger, { observe }: Metrics) => {
        const { providerTimeoutMs: timeoutMs, providerConcurrency: concurrency } = config;
        const maxWaiting = concurrency * WAITING_PER_CALL;
        return new ProviderCalls({ provider, timeoutMs, concurrency, maxWaiting, log, observe });
      },
    },
    {
      provide: Loop,
      inject: [PaymentConfig, Database, OutboxRelay, Answers, ProviderCalls],
      useFactory: loopOf,
    },
  ],
})
export class PaymentModule implements OnApplicationBootstrap {
  constructor(
    private readonly loop: Loop<PaymentState, PaymentRow, PaymentMessage>,
    private readonly calls: ProviderCalls,
    private readonly database: Database,
    private readonly config: PaymentConfig,
    private readonly logger: Logger,
    private readonly shutdown: Shutdown,
  ) {}

  onApplicationBootstrap(): void {
    const { logger, shutdown } = this;
    const worker = { name: 'reconcile', intervalMs: this.config.reconcileIntervalMs };
    every(worker, () => reconcile(this.database, this.loop), { logger, shutdown });
    // A call in hand brings an outcome to decide upon, which may ask for another call.
    shutdown.on('drain', 'calls', async () => {
      await this.loop.drain();
      await this.calls.drain();
      await this.loop.drain();
    });
  }
}

async function providerOf(
  config: PaymentConfig,
  database: Database,
  shutdown: Shutdown,
  { httpAdapter }: HttpAdapterHost,
): Promise<Provider> {
  if (config.paymentProviderUrl) return new HttpProvider(config.paymentProviderUrl);
  const { sandboxLedgerFile, sandboxWebhook } = config;
  const ledger = sandboxLedgerFile ? await LedgerFile.open(sandboxLedgerFile) : undefined;
  if (ledger) shutdown.on('close', 'ledger file of the sandbox', () => ledger.close());
  const webhooks = sandboxWebhook && new WebhookSender(sandboxWebhook);
  if (webhooks) shutdown.on('consume', 'webhooks of the sandbox', () => webhooks.close());
  const actions = new ActionTable(database);
  const sandbox = new InProcessSandbox({ ledger, webhooks, actions, ...config.sandboxSteps });
  await httpAdapter.getInstance().register(pages, { desk: sandbox });
  return sandbox;
}

function loopOf(
  { timing }: PaymentConfig,
  database: Database,
  relay: OutboxRelay,
  answers: Answers,
  calls: ProviderCalls,
): PaymentLoop {
  const loop: PaymentLoop = new Loop({
    rules: paymentRules(timing),
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
  ...[logger, shutdown]: [Logger, Shutdown]
): EventWorker {
  const events = new EventWorker(loop, database);
  every({ name: 'webhook events', intervalMs }, () => events.heedRest(), { logger, shutdown });
  shutdown.on('consume', 'webhook events in hand', () => events.drain());
  return events;
}
