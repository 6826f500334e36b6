import { IsInt, IsOptional, IsString, Max, Min, MinLength, ValidateBy } from 'class-validator';
import { type Trace } from '#messaging';
import { IsSigningKey, ServiceConfig } from '#service';
import { faultOfApiKeys } from './access/callers.js';
import { faultOfOrigins } from './http/response-headers.js';

/** Every variable that the gateway reads. */
export class GatewayConfig extends ServiceConfig {
  /** Digests, never the keys themselves: whoever reads the configuration cannot call. */
  @IsApiKeys() apiKeys: string;

  /** Holds what API_KEYS would, and is read again every few seconds: to revoke a key, take it out. */
  @IsOptional() @IsString() apiKeysFile?: string;

  /** With it the gateway vouches to the services for whoever asks. They get its public key: IDENTITY_PUBLIC_KEYS. */
  @IsSigningKey() identityKey: string;

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

  /** Requests that may be under way at each gateway however slow the services answer. */
  @IsInt() @Min(1) @Max(10_000) requestsInFlightMin = 200;

  /** And how many at most, while they answer in time. Above what is right now a client gets 503. */
  @IsInt() @Min(1) @Max(10_000) requestsInFlightMax = 1_000;

  /** What the answer of a service may take on average before fewer requests are let in. */
  @IsInt() @Min(1) @Max(30_000) answerTargetMs = 35;

  /** How late the event loop may be (p99) before reads are refused; at twice that new orders are, at four times all. */
  @IsInt() @Min(1) @Max(60_000) eventLoopDelayMs = 100;

  /** Its priority, where the kernel lets it choose one below 0 (root, CAP_SYS_NICE): refusals are in time where all share a few processors. 0: as the others. */
  @IsInt() @Min(-20) @Max(19) niceness = -10;

  /** Sockets that may be open at each gateway; another one is closed at once. */
  @IsInt() @Min(10) @Max(1_000_000) maxConnections = 10_000;

  /** How long the headers of a request may take to arrive, and the wait for the first request of a connection. */
  @IsInt() @Min(100) @Max(600_000) headersTimeoutMs = 5_000;

  /** How long a request may take to arrive, its body included. Imports have UPLOAD_IDLE_MS instead. */
  @IsInt() @Min(100) @Max(600_000) requestTimeoutMs = 10_000;

  /** How long a connection may be idle between two requests. Longer than a balancer before us keeps its own. */
  @IsInt() @Min(100) @Max(600_000) keepAliveMs = 72_000;

  /** Event streams that may be open at each gateway at once; a client that wants another one gets 503. */
  @IsInt() @Min(1) @Max(9_000) eventStreams = 1_000;

  /** Event streams that one caller may have open at each gateway at once; for another one it gets 429. */
  @IsInt() @Min(1) @Max(9_000) eventStreamsPerKey = 100;

  /** Between two heartbeats of an event stream. */
  @IsInt() @Min(50) @Max(60_000) eventHeartbeatMs = 15_000;

  /**
   * How long it goes on after SIGTERM while /health/ready says no: as long as a load balancer needs to notice, which then sends
   * no more. Without a load balancer 0.
   */
  @IsInt() @Min(0) @Max(30_000) override shutdownDelayMs = 0;

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
