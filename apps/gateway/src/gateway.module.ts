import { hash } from 'node:crypto';
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { RpcClient } from '#messaging';
import { signingKeyOf, TokenIssuer } from '#service';
import { AdmissionGuard } from './admission.guard.js';
import { Admission } from './admission.js';
import { ApiKeysWorker } from './api-keys.worker.js';
import { AuthGuard } from './auth.guard.js';
import { Authentication } from './authentication.guard.js';
import { Callers } from './callers.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { GatewayConfig } from './config.js';
import { ConnectionsModule } from './connections.module.js';
import { Cursors } from './cursor.js';
import { DeadLettersClient } from './dead-letters.client.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DocsModule } from './docs.module.js';
import { EventLoopWorker } from './event-loop.worker.js';
import { EventStreams } from './event-streams.worker.js';
import { EventsController } from './events.controller.js';
import { ExportClient } from './export.client.js';
import { ExportsController } from './exports.controller.js';
import { FrontDoor } from './front-door.guard.js';
import { HeadersModule } from './headers.module.js';
import { HttpModule } from './http.module.js';
import { ImportClient } from './import.client.js';
import { ImportsController } from './imports.controller.js';
import { LedgerController } from './ledger.controller.js';
import { LocationsController } from './locations.controller.js';
import { NotesController } from './notes.controller.js';
import { OrderController } from './order.controller.js';
import { OrderChangesController } from './order-changes.controller.js';
import { OrderEventsController } from './order-events.controller.js';
import { OrderListController } from './order-list.controller.js';
import { OrderPaymentsClient } from './order-payments.client.js';
import { OrderWatches } from './order-watch.client.js';
import { OrdersController } from './orders.controller.js';
import { OverloadWorker } from './overload.worker.js';
import { PaymentClient } from './payment.client.js';
import { PaymentListsController } from './payment-lists.controller.js';
import { PaymentsController } from './payments.controller.js';
import { PlacementClient } from './placement.client.js';
import { PolicyModule } from './policy.module.js';
import { PricesController } from './prices.controller.js';
import { ProblemFilter } from './problem.filter.js';
import { ProblemsController } from './problems.controller.js';
import { ProductsController } from './products.controller.js';
import { RateLimits } from './rate-limit.js';
import { RefundsController } from './refunds.controller.js';
import { ReportsController } from './reports.controller.js';
import { ReturnsController } from './returns.controller.js';
import { StockController } from './stock.controller.js';
import { StockListsController } from './stock-lists.controller.js';
import { StockSettingsController } from './stock-settings.controller.js';
import { WebhooksController } from './webhooks.controller.js';

@Module({
  imports: [DiscoveryModule, ConnectionsModule, HeadersModule, HttpModule, PolicyModule, DocsModule],
  controllers: [
    OrdersController,
    OrderChangesController,
    OrderController,
    OrderListController,
    OrderEventsController,
    NotesController,
    PaymentsController,
    PaymentListsController,
    RefundsController,
    ReturnsController,
    LedgerController,
    ProblemsController,
    PricesController,
    ProductsController,
    ImportsController,
    ExportsController,
    StockController,
    DeadLettersController,
    StockListsController,
    LocationsController,
    StockSettingsController,
    WebhooksController,
    ReportsController,
    EventsController,
  ],
  providers: [
    PlacementClient,
    PaymentClient,
    DeadLettersClient,
    ImportClient,
    ExportClient,
    OrderPaymentsClient,
    OrderWatches,
    EventStreams,
    ApiKeysWorker,
    AdmissionGuard,
    FrontDoor,
    EventLoopWorker,
    OverloadWorker,
    Authentication,
    { provide: Admission, inject: [GatewayConfig, RpcClient], useFactory: admissionOf },
    {
      provide: RateLimits,
      inject: [GatewayConfig],
      useFactory: ({ rateLimitPerSecond: perSecond, rateLimitBurst }: GatewayConfig) =>
        new RateLimits({ perSecond, burst: rateLimitBurst ?? perSecond * 10 }),
    },
    {
      provide: Callers,
      inject: [GatewayConfig],
      useFactory: ({ apiKeys }: GatewayConfig) => new Callers(apiKeys),
    },
    {
      provide: TokenIssuer,
      inject: [GatewayConfig],
      useFactory: ({ identityKey }: GatewayConfig) => new TokenIssuer(signingKeyOf(identityKey)),
    },
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
    {
      provide: Cursors,
      inject: [GatewayConfig],
      useFactory: ({ cursorSecret, apiKeys }: GatewayConfig) =>
        new Cursors(cursorSecret ?? hash('sha256', `cursors of ${apiKeys}`)),
    },
  ],
})
export class GatewayModule {}

function admissionOf(config: GatewayConfig, rpc: RpcClient): Admission {
  const { requestsInFlightMin: fewest, requestsInFlightMax, answerTargetMs: targetMs } = config;
  const limit = new ConcurrencyLimit({ fewest, most: Math.max(fewest, requestsInFlightMax), targetMs });
  const admission = new Admission(limit, config.eventLoopDelayMs);
  rpc.onAnswer((ms) => limit.answered(ms, admission.inFlight, performance.now()));
  return admission;
}
