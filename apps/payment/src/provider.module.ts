import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Database } from '#persistence';
import { Logger, Shutdown } from '#service';
import { PaymentConfig } from './config.js';
import { HttpProvider } from './http-provider.client.js';
import { Provider, ProviderLedger } from './provider.js';
import { ActionTable } from './sandbox/action-table.client.js';
import { type InProcessOptions, InProcessSandbox } from './sandbox/in-process.client.js';
import { LedgerFile } from './sandbox/ledger-file.client.js';
import { pages } from './sandbox/pages.client.js';
import { WebhookSender } from './sandbox/webhook-sender.client.js';
import { StripeProvider } from './stripe/stripe.client.js';

/** Who moves the money, as configured. */
@Module({
  providers: [
    {
      provide: Provider,
      inject: [PaymentConfig, Database, Shutdown, HttpAdapterHost, Logger],
      useFactory: providerOf,
    },
    { provide: ProviderLedger, useExisting: Provider },
  ],
  exports: [Provider, ProviderLedger],
})
export class ProviderModule {}

/** The sandbox in the process has pages for its customers, and tells what they decide. */
async function providerOf(
  config: PaymentConfig,
  database: Database,
  shutdown: Shutdown,
  { httpAdapter }: HttpAdapterHost,
  logger: Logger,
): Promise<Provider> {
  const isSandbox = config.paymentProvider === 'sandbox';
  if (isSandbox) logger.warn({}, 'payments go to the sandbox: no money moves');
  else logger.info({}, 'payments go to Stripe');
  const webhooks = config.sandboxWebhook && new WebhookSender(config.sandboxWebhook);
  if (webhooks) shutdown.on('consume', 'webhooks of the sandbox', () => webhooks.close());
  const onClose = (close: () => Promise<void>): void =>
    shutdown.on('close', 'ledger file of the sandbox', close);
  const provider = await openProvider(config, onClose, { actions: new ActionTable(database), webhooks });
  if (provider instanceof InProcessSandbox) {
    await httpAdapter.getInstance().register(pages, { desk: provider });
  }
  return provider;
}

/** `onClose` is given what has to be closed in the end, `steps` is what the sandbox needs to ask its customers. */
export async function openProvider(
  config: PaymentConfig,
  onClose: (close: () => Promise<void>) => void,
  steps?: Pick<InProcessOptions, 'actions' | 'webhooks'>,
): Promise<Provider & ProviderLedger> {
  const { stripeSecretKey: secretKey, stripeBaseUrl: baseUrl, providerTimeoutMs: timeoutMs } = config;
  if (config.paymentProvider === 'stripe' && secretKey) {
    return StripeProvider.open({ secretKey, baseUrl, timeoutMs });
  }
  if (config.paymentProviderUrl) return new HttpProvider(config.paymentProviderUrl);
  const ledger = config.sandboxLedgerFile ? await LedgerFile.open(config.sandboxLedgerFile) : undefined;
  if (ledger) onClose(() => ledger.close());
  return new InProcessSandbox({ ledger, ...config.sandboxSteps, ...steps });
}
