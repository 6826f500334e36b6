import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, ValidateIf } from 'class-validator';
import { DatabaseConfig, Env } from '#service';
import { type Timing } from './effects.js';

/** Every variable that the payment service reads. */
export class PaymentConfig extends DatabaseConfig {
  @Env('PAYMENT_PORT') override port = 3_002;
  @Env('PAYMENT_DATABASE_URL') override databaseUrl: string;

  /** Who moves the money. */
  @IsIn(['sandbox', 'stripe']) paymentProvider: 'sandbox' | 'stripe' = 'sandbox';

  /** Of the Stripe account, or a restricted key that may write payment intents, payment methods and refunds and read the balance. */
  @ValidateIf(({ paymentProvider }: PaymentConfig) => paymentProvider === 'stripe')
  @Matches(/^(sk|rk)_(test|live)_\w+$/, { message: 'must be a secret key of Stripe: sk_… or rk_…' })
  stripeSecretKey?: string;

  /** Where the API of Stripe is. */
  @IsUrl({ require_tld: false, protocols: ['http', 'https'] }, { message: 'must be an http(s) URL' })
  stripeBaseUrl = 'https://api.stripe.com';

  /** A sandbox behind HTTP; without one, the sandbox runs inside this process. */
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['http', 'https'] }, { message: 'must be an http(s) URL' })
  paymentProviderUrl?: string;

  /** How long one call to the provider may take, its wait for a turn included. tok_slow takes 3 s. */
  @IsInt() @Min(100) @Max(60_000) providerTimeoutMs = 5_000;

  /** Calls in flight at once; as many again a hundred times over may wait for their turn. */
  @IsInt() @Min(1) @Max(1_000) providerConcurrency = 64;

  /** After so many calls in a row without an answer the provider is left alone. */
  @IsInt() @Min(1) @Max(10_000) providerBreakerFailures = 20;

  /** For so long; then one call finds out whether it is back. */
  @IsInt() @Min(10) @Max(600_000) providerBreakerPauseMs = 2_000;

  /** How often to look for unsettled payments, and the pause before one is asked about for the first time. */
  @IsInt() @Min(10) @Max(60_000) reconcileIntervalMs = 1_000;

  /** How often to compare our ledger with the provider's own, */
  @IsInt() @Min(100) @Max(86_400_000) ledgerCheckIntervalMs = 3_600_000;

  /** and how far to look back. */
  @IsInt() @Min(1_000) @Max(2_678_400_000) ledgerCheckWindowMs = 7_200_000;

  /** The in-process sandbox writes one JSON line per effect there. */
  @IsOptional() @IsString() sandboxLedgerFile?: string;

  /** The sandbox in the process does so when it has a file for them. */
  get providerKeepsBooks(): boolean {
    return this.paymentProvider === 'stripe' || !!this.paymentProviderUrl || !!this.sandboxLedgerFile;
  }

  get timing(): Timing {
    const { providerTimeoutMs: timeoutMs, reconcileIntervalMs: firstPauseMs } = this;
    // Far longer than any call can still be on its way.
    return { timeoutMs, firstPauseMs, quarantineMs: 12 * timeoutMs };
  }
}
