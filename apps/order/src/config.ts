import { IsInt, Max, Min } from 'class-validator';
import { DatabaseConfig, Env } from '#service';

/** Every variable that the order service reads. */
export class OrderConfig extends DatabaseConfig {
  @Env('ORDER_PORT') override port = 3_001;
  @Env('ORDER_DATABASE_URL') override databaseUrl: string;

  /** How long stock and payment may take to answer before an order is cancelled. */
  @IsInt() @Min(1) @Max(86_400) sagaTimeoutSeconds = 300;

  /** How often to look for overdue orders. */
  @IsInt() @Min(10) @Max(60_000) deadlineIntervalMs = 1_000;
}
