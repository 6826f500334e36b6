import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, ValidateIf } from 'class-validator';
import { type WebhookProvider } from '#contracts';
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

  /** How often to compare our ledger with the provider's own. */
  @IsInt() @Min(100) @Max(86_400_000) ledgerCheckIntervalMs = 3_600_000;

  /** How far back that comparison looks. */
  @IsInt() @Min(1_000) @Max(2_678_400_000) ledgerCheckWindowMs = 7_200_000;

  /** The in-process sandbox keeps its books there, a JSON line for each effect. Without it there is nothing to compare our ledger with. */
  @IsOptional() @IsString() sandboxLedgerFile?: string;

  /** The sandbox in the process does so when it has a file for them. */
  get providerKeepsBooks(): boolean {
    return this.paymentProvider === 'stripe' || !!this.paymentProviderUrl || !!this.sandboxLedgerFile;
  }

  /** What signs the calls of the sandbox, as it has it too: whsec_ and 24 to 64 bytes in base64. Two, separated by a comma, while they change. Without one, its calls are not taken. */
  @IsOptional() @IsWebhookSecrets() sandboxWebhookSecrets?: string;

  /** Where the in-process sandbox sends what it does later; signed with the first of SANDBOX_WEBHOOK_SECRETS. Without one it tells nobody, and is asked from time to time. */
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['http', 'https'] }, { message: 'must be an http(s) URL' })
  sandboxWebhookUrl?: string;

  /** Where customers find the pages of the in-process sandbox; without one, at the port of this process. */
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['http', 'https'] }, { message: 'must be an http(s) URL' })
  sandboxPublicUrl?: string;

  /** How long a customer has to take the step of tok_3ds. Shorter than a saga may take. */
  @IsInt() @Min(1) @Max(86_400) sandboxActionSeconds = 240;

  /** The same for Stripe, as its dashboard shows them. */
  @IsOptional() @IsWebhookSecrets() stripeWebhookSecrets?: string;

  get webhookSecrets(): Readonly<Record<WebhookProvider, readonly string[]>> {
    const { sandboxWebhookSecrets: sandbox, stripeWebhookSecrets: stripe } = this;
    return { sandbox: sandbox?.split(',') ?? [], stripe: stripe?.split(',') ?? [] };
  }

  /** How long an authorization stands if the provider does not say: 7 days. */
  @IsInt() @Min(1) @Max(2_678_400) authorizationSeconds = 604_800;

  get sandboxWebhook(): { url: string; secret: string } | undefined {
    const [secret] = this.webhookSecrets.sandbox;
    return this.sandboxWebhookUrl && secret ? { url: this.sandboxWebhookUrl, secret } : undefined;
  }

  get sandboxSteps(): { publicUrl: string; actionMs: number } {
    const publicUrl = this.sandboxPublicUrl ?? `http://127.0.0.1:${this.port}`;
    return { publicUrl: publicUrl.replace(/\/$/, ''), actionMs: this.sandboxActionSeconds * 1_000 };
  }

  get timing(): Timing {
    const { providerTimeoutMs: timeoutMs, reconcileIntervalMs: firstPauseMs } = this;
    const authorizationMs = this.authorizationSeconds * 1_000;
    // Far longer than any call can still be on its way.
    return { timeoutMs, firstPauseMs, quarantineMs: 12 * timeoutMs, authorizationMs };
  }
}

function IsWebhookSecrets(): PropertyDecorator {
  return Matches(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}(?:,whsec_[A-Za-z0-9+/]{32,88}={0,2})?$/, {
    message:
      'must be one or two secrets such as whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, separated by a comma',
  });
}
