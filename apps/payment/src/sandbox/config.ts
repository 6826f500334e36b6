import { IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min } from 'class-validator';
import { Env } from '#service';

/** Every variable that the stand-alone sandbox reads. */
export class SandboxConfig {
  /** 0 takes any that is free; the line that says "ready" names it. */
  @Env('SANDBOX_PORT') @IsInt() @Min(0) @Max(65_535) port = 3_010;

  /** Its books. Read at the start, written and synced before each answer. */
  @Env('SANDBOX_LEDGER_FILE') @IsString() ledgerFile = '.data/sandbox-ledger.jsonl';

  /** Where customers find its pages; without one, at its port. */
  @Env('SANDBOX_PUBLIC_URL')
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['http', 'https'] }, { message: 'must be an http(s) URL' })
  publicUrl?: string;

  /** Where it sends what it does of its own accord. Nowhere unless told. */
  @Env('SANDBOX_WEBHOOK_URL')
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['http', 'https'] }, { message: 'must be an http(s) URL' })
  webhookUrl?: string;

  /** What signs that: one of SANDBOX_WEBHOOK_SECRETS of the payment service. */
  @Env('SANDBOX_WEBHOOK_SECRET')
  @IsOptional()
  @Matches(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, {
    message: 'must be a secret such as whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  })
  webhookSecret?: string;

  /** How long a customer has to take the step of tok_3ds. */
  @Env('SANDBOX_ACTION_SECONDS') @IsInt() @Min(1) @Max(86_400) actionSeconds = 240;

  /** How long an authorization stands: 7 days. */
  @Env('SANDBOX_AUTHORIZATION_SECONDS') @IsInt() @Min(1) @Max(2_678_400) authorizationSeconds = 604_800;
}
