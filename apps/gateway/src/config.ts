import { IsInt, IsOptional, IsString, Max, Min, MinLength, ValidateBy } from 'class-validator';
import { type Trace } from '#messaging';
import { ServiceConfig } from '#service';
import { faultOfApiKeys } from './callers.js';
import { faultOfOrigins } from './response-headers.js';

/** Every variable that the gateway reads. */
export class GatewayConfig extends ServiceConfig {
  /** Digests, never the keys themselves: whoever reads the configuration cannot call. */
  @IsApiKeys() apiKeys: string;

  /** Holds what API_KEYS would, and is read again every few seconds: to revoke a key, take it out. */
  @IsOptional() @IsString() apiKeysFile?: string;

  /** How long a service may take to answer before the client gets a 504. */
  @IsInt() @Min(100) @Max(30_000) rpcTimeoutMs = 3_000;

  /** How long an import may send nothing before its upload is cut off; it may then be sent again with its key. */
  @IsInt() @Min(100) @Max(600_000) uploadIdleMs = 30_000;

  /** Signs the cursors of lists. Without one it follows from API_KEYS as they are at the start: give one if those change. */
  @IsOptional() @IsString() @MinLength(16) cursorSecret?: string;

  /** Requests that one caller may make in the long run, at each gateway. 0 is no limit. */
  @IsInt() @Min(0) @Max(1_000_000) rateLimitPerSecond = 0;

  /** Requests that a caller who was quiet may make at once; without it, as many as in ten seconds. */
  @IsOptional() @IsInt() @Min(1) @Max(10_000_000) rateLimitBurst?: number;

  /** Pages that may call from a browser, by their origins, for example https://shop.example. None unless told. */
  @IsOrigins() corsOrigins = '';

  /** `development` adds Server-Timing to answers, and fills DOCS_API_KEY in. */
  @IsString() nodeEnv = 'production';

  /** The key that the API reference calls with, for whoever opens it. Heeded with NODE_ENV=development only. */
  @IsOptional() @IsString() docsApiKey?: string;

  get isDevelopment(): boolean {
    return this.nodeEnv === 'development';
  }

  callOptions(trace: Trace): { trace: Trace; timeoutMs: number } {
    return { trace, timeoutMs: this.rpcTimeoutMs };
  }
}

function IsApiKeys(): PropertyDecorator {
  return ValidateBy({
    name: 'isApiKeys',
    validator: {
      validate: (value) => typeof value === 'string' && faultOfApiKeys(value) === undefined,
      defaultMessage: (about) =>
        'must list who may call, separated by commas: caller=<SHA-256 of the key in hex> for everything, ' +
        'caller=<SHA-256>:orders:read+stock:read for those scopes only. To make one: npm run key' +
        (typeof about?.value === 'string' ? `. Now ${faultOfApiKeys(about.value)}` : ''),
    },
  });
}

function IsOrigins(): PropertyDecorator {
  return ValidateBy({
    name: 'isOrigins',
    validator: {
      validate: (value) => typeof value === 'string' && faultOfOrigins(value) === undefined,
      defaultMessage: (about) =>
        'must list origins as browsers send them, separated by commas' +
        (typeof about?.value === 'string' ? `; "${faultOfOrigins(about.value)}" is none` : ''),
    },
  });
}
