import { hostname } from 'node:os';
import { Contains, IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUrl, Max, Min } from 'class-validator';
import { EVENT_LOG_LIMITS } from '#messaging';
import { IsBrokerUrls } from './broker-urls.js';
import { IsPublicKeys } from './identity-keys.js';

/** What every process reads. */
export class ServiceConfig {
  /** Of the HTTP server: the API of the gateway, health and metrics of a service. */
  @IsInt() @Min(0) @Max(65_535) port = 3_000;

  /** The address to listen on. */
  @IsString() host = '0.0.0.0';

  /** Where the broker is; of a cluster all its nodes, separated by commas, the same for all processes: whoever loses one goes to the next. */
  @IsBrokerUrls() rabbitmqUrl: string;

  /** The certificate of the authority that signed that of an amqps:// broker, if Node does not know it; RABBITMQ_CA_FILE names its file. */
  @IsOptional()
  @Contains('-----BEGIN CERTIFICATE-----', { message: 'must be a certificate in PEM' })
  rabbitmqCa?: string;

  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'fatal']) logLevel = 'info';

  /** How long the event log keeps what happened. Of a log that is there already, see docs/how-to/event-log.md. */
  @IsInt() @Min(1) @Max(3_650) eventLogDays = EVENT_LOG_LIMITS.days;

  /** What the event log may take of the broker's disk; then the oldest goes earlier. */
  @IsInt() @Min(200_000_000) @Max(1_000_000_000_000_000) eventLogMaxBytes = EVENT_LOG_LIMITS.bytes;

  /** Tells replicas apart in logs, and names the gateway's reply queue. */
  @IsString() instance = `${hostname()}-${process.pid}`;

  /** How long to wait at the start for a broker or a database that refuses connections. */
  @IsInt() @Min(0) @Max(600) startTimeoutSeconds = 60;

  /** No variable but where something else has to notice that a process is about to go: a load balancer, of a gateway. */
  shutdownDelayMs = 0;

  /** For sandboxes only: POST /v1/test/clock/advance moves the clock by which deadlines are judged. The same in all processes. */
  @IsBoolean() testClock = false;
}

/** What a service with a database reads besides. */
export class DatabaseConfig extends ServiceConfig {
  @IsUrl(
    { protocols: ['postgres', 'postgresql'], require_protocol: true, require_tld: false },
    {
      message:
        "must be the URL of the service's database, for example postgres://user:password@localhost:5432/waybill_<service>",
    },
  )
  databaseUrl: string;

  /** The gateway's public key; while that is being changed, the next one too. Nothing is answered without a token that was signed with it. */
  @IsPublicKeys() identityPublicKeys: string;

  /** How often to check that what is stored is as it must be. It reads whole tables: an hour unless told. */
  @IsInt() @Min(100) @Max(86_400_000) invariantIntervalMs = 3_600_000;

  /** Connections to the database. */
  @IsInt() @Min(2) @Max(200) databaseConnections = 10;
}
