import { Module } from '@nestjs/common';
import { Shutdown } from '#service';
import { PaymentConfig } from './config.js';
import { HttpProvider } from './http-provider.client.js';
import { Provider, ProviderLedger } from './provider.js';
import { InProcessSandbox } from './sandbox/in-process.client.js';
import { LedgerFile } from './sandbox/ledger-file.client.js';
import { StripeProvider } from './stripe/stripe.client.js';

/** Who moves the money, as configured. */
@Module({
  providers: [
    { provide: Provider, inject: [PaymentConfig, Shutdown], useFactory: providerOf },
    { provide: ProviderLedger, useExisting: Provider },
  ],
  exports: [Provider, ProviderLedger],
})
export class ProviderModule {}

function providerOf(config: PaymentConfig, shutdown: Shutdown): Promise<Provider> {
  return openProvider(config, (close) => shutdown.on('close', 'ledger file of the sandbox', close));
}

/** `onClose` is given what has to be closed in the end. */
export async function openProvider(
  config: PaymentConfig,
  onClose: (close: () => Promise<void>) => void,
): Promise<Provider & ProviderLedger> {
  const { stripeSecretKey: secretKey, stripeBaseUrl: baseUrl, providerTimeoutMs: timeoutMs } = config;
  if (config.paymentProvider === 'stripe' && secretKey) {
    return StripeProvider.open({ secretKey, baseUrl, timeoutMs });
  }
  if (config.paymentProviderUrl) return new HttpProvider(config.paymentProviderUrl);
  if (!config.sandboxLedgerFile) return new InProcessSandbox();
  const ledger = await LedgerFile.open(config.sandboxLedgerFile);
  onClose(() => ledger.close());
  return new InProcessSandbox(ledger);
}
