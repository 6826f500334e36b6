import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { DeadLettersModule, InvariantsModule } from '#dead-letters';
import { Loop } from '#loop';
import { Answers, bundle } from '#messaging';
import { Database, OutboxRelay } from '#persistence';
import { Shutdown, Workers } from '#service';
import { ChunkHandlers } from './chunk.handlers.js';
import { StockConfig } from './config.js';
import { releaseDueHolds } from './expiry.worker.js';
import { ImportHandlers } from './import.handlers.js';
import { stockInvariants } from './invariants.store.js';
import { ListsHandlers } from './lists.handlers.js';
import { LocationsHandlers } from './locations.handlers.js';
import { PriceHandlers } from './price.handlers.js';
import { type StockRow, type StockState } from './state.js';
import { StockHandlers } from './stock.handlers.js';
import { type StockMessage, stockRules } from './stock.js';
import { stockStore } from './stock.store.js';

type StockLoop = Loop<StockState, StockRow, StockMessage>;

@Module({
  imports: [DeadLettersModule.of('stock'), InvariantsModule.of('stock', stockInvariants, StockConfig)],
  controllers: [
    StockHandlers,
    ListsHandlers,
    LocationsHandlers,
    ImportHandlers,
    ChunkHandlers,
    PriceHandlers,
  ],
  providers: [
    {
      provide: Loop,
      inject: [StockConfig, Database, OutboxRelay, Answers],
      useFactory: (
        config: StockConfig,
        database: Database,
        relay: OutboxRelay,
        answers: Answers,
      ): StockLoop =>
        new Loop({
          rules: stockRules(config.hold),
          store: stockStore,
          database,
          relay,
          bundle,
          notify: answers.notify,
        }),
    },
  ],
})
export class StockModule implements OnApplicationBootstrap {
  constructor(
    private readonly loop: Loop<StockState, StockRow, StockMessage>,
    private readonly database: Database,
    private readonly config: StockConfig,
    private readonly shutdown: Shutdown,
    private readonly workers: Workers,
  ) {}

  onApplicationBootstrap(): void {
    const { clock } = this.database;
    const { graceMs } = this.config.hold;
    const expiry = { name: 'expiry', intervalMs: this.config.expiryIntervalMs, clock };
    this.workers.every(expiry, () => releaseDueHolds(this.database, this.loop, graceMs));
    this.shutdown.on('drain', 'loop', () => this.loop.drain());
  }
}
