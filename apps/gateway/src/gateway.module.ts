import { hash } from 'node:crypto';
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ApiKeysWorker } from './api-keys.worker.js';
import { AuthGuard } from './auth.guard.js';
import { Callers } from './callers.js';
import { GatewayConfig } from './config.js';
import { Cursors } from './cursor.js';
import { DocsModule } from './docs.module.js';
import { EventsController } from './events.controller.js';
import { HeadersModule } from './headers.module.js';
import { HttpModule } from './http.module.js';
import { OrdersController } from './orders.controller.js';
import { PaymentClient } from './payment.client.js';
import { PaymentListsController } from './payment-lists.controller.js';
import { PaymentsController } from './payments.controller.js';
import { PlacementClient } from './placement.client.js';
import { PolicyModule } from './policy.module.js';
import { ProblemFilter } from './problem.filter.js';
import { ProblemsController } from './problems.controller.js';
import { ProductsController } from './products.controller.js';
import { RateLimits } from './rate-limit.js';
import { RefundsController } from './refunds.controller.js';
import { ReportsController } from './reports.controller.js';
import { StockController } from './stock.controller.js';

@Module({
  imports: [HeadersModule, HttpModule, PolicyModule, DocsModule],
  controllers: [
    OrdersController,
    PaymentsController,
    PaymentListsController,
    RefundsController,
    ProblemsController,
    ProductsController,
    StockController,
    ReportsController,
    EventsController,
  ],
  providers: [
    PlacementClient,
    PaymentClient,
    ApiKeysWorker,
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
