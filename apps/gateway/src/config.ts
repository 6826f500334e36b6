import { IsInt, IsOptional, IsString, Matches, Max, Min, MinLength } from 'class-validator';
import { type Trace } from '#messaging';
import { ServiceConfig } from '#service';

const ENTRY = '[\\w.-]{1,64}=[0-9a-fA-F]{64}';

/** Every variable that the gateway reads. */
export class GatewayConfig extends ServiceConfig {
  /** Digests, never the keys themselves: whoever reads the configuration cannot call. */
  @Matches(new RegExp(`^\\s*${ENTRY}(?:[\\s,]+${ENTRY})*[\\s,]*$`), {
    message:
      'must list who may call as caller=<SHA-256 of the key in hex>, separated by commas. ' +
      'To make one: printf %s "$KEY" | sha256sum',
  })
  apiKeys: string;

  /** How long a service may take to answer before the client gets a 504. */
  @IsInt() @Min(100) @Max(30_000) rpcTimeoutMs = 3_000;

  /** Signs the cursors of lists. Without one it follows from apiKeys, so that all gateways agree. */
  @IsOptional() @IsString() @MinLength(16) cursorSecret?: string;

  callOptions(trace: Trace): { trace: Trace; timeoutMs: number } {
    return { trace, timeoutMs: this.rpcTimeoutMs };
  }
}
