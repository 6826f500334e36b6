import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '#persistence';
import { Logger, Metrics, Workers } from '#service';
import { PaymentConfig } from './config.js';
import { LedgerCheck } from './ledger-check.worker.js';
import { ProviderLedger } from './provider.js';
import { ProviderModule } from './provider.module.js';

@Module({
  imports: [ProviderModule],
  providers: [
    {
      provide: LedgerCheck,
      inject: [Database, ProviderLedger, PaymentConfig, Logger, Metrics],
      useFactory: (
        database: Database,
        ledger: ProviderLedger,
        { ledgerCheckWindowMs }: PaymentConfig,
        log: Logger,
        { observe }: Metrics,
      ) => new LedgerCheck({ database, ledger }, ledgerCheckWindowMs, { log, observe }),
    },
  ],
})
export class LedgerCheckModule implements OnApplicationBootstrap {
  constructor(
    private readonly check: LedgerCheck,
    private readonly config: PaymentConfig,
    private readonly workers: Workers,
  ) {}

  onApplicationBootstrap(): void {
    const { providerKeepsBooks, ledgerCheckIntervalMs: intervalMs } = this.config;
    if (!providerKeepsBooks) return;
    this.workers.every({ name: 'ledger check', intervalMs }, (stopped) =>
      this.check.round(new Date(), stopped),
    );
  }
}
