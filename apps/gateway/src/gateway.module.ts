import { hash } from 'node:crypto';
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { RpcClient } from '#messaging';
import { signingKeyOf, TokenIssuer } from '#service';
import { ApiKeysWorker } from './access/api-keys.worker.js';
import { AuthGuard } from './access/auth.guard.js';
import { Authentication } from './access/authentication.guard.js';
import { Callers } from './access/callers.js';
import { PolicyModule } from './access/policy.module.js';
import { RateLimits } from './access/rate-limit.js';
import { AdmissionGuard } from './admission/admission.guard.js';
import { Admission } from './admission/admission.js';
import { ConcurrencyLimit } from './admission/concurrency-limit.js';
import { ConnectionsModule } from './admission/connections.module.js';
import { EventLoopWorker } from './admission/event-loop.worker.js';
import { FrontDoor } from './admission/front-door.guard.js';
import { OverloadWorker } from './admission/overload.worker.js';
import { Priority } from './admission/priority.client.js';
import { GatewayConfig } from './config.js';
import { DeadLettersClient } from './dead-letters/dead-letters.client.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { EventStreams } from './events/event-streams.worker.js';
import { EventsController } from './events/events.controller.js';
import { OrderEventsController } from './events/order-events.controller.js';
import { OrderWatches } from './events/order-watch.client.js';
import { ExportClient } from './exports/export.client.js';
import { ExportsController } from './exports/exports.controller.js';
import { HeadersModule } from './http/headers.module.js';
import { HttpModule } from './http/http.module.js';
import { ImportClient } from './imports/import.client.js';
import { ImportsController } from './imports/imports.controller.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { Cursors } from './lists/cursor.js';
import { LocationsController } from './locations/locations.controller.js';
import { ConditionsGuard } from './openapi/conditions.guard.js';
import { DocsModule } from './openapi/docs.module.js';
import { NotesController } from './orders/notes.controller.js';
import { OrderController } from './orders/order.controller.js';
import { OrderChangesController } from './orders/order-changes.controller.js';
import { OrderListController } from './orders/order-list.controller.js';
import { OrdersController } from './orders/orders.controller.js';
import { PlacementClient } from './orders/placement.client.js';
import { OrderPaymentsClient } from './payments/order-payments.client.js';
import { PaymentClient } from './payments/payment.client.js';
import { PaymentListsController } from './payments/payment-lists.controller.js';
import { PaymentsController } from './payments/payments.controller.js';
import { RefundsController } from './payments/refunds.controller.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { ProblemsController } from './problems/problems.controller.js';
import { PricesController } from './products/prices.controller.js';
import { ProductsController } from './products/products.controller.js';
import { ReportsController } from './reports/reports.controller.js';
import { ReturnsController } from './returns/returns.controller.js';
import { StockController } from './stock/stock.controller.js';
import { StockListsController } from './stock/stock-lists.controller.js';
import { StockSettingsController } from './stock/stock-settings.controller.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';

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
    Priority,
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
    { provide: APP_GUARD, useClass: ConditionsGuard },
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
