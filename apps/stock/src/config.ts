import { IsInt, Max, Min } from 'class-validator';
import { DatabaseConfig, Env } from '#service';
import { type Hold } from './reservation.js';

/** Every variable that the stock service reads. */
export class StockConfig extends DatabaseConfig {
  @Env('STOCK_PORT') override port = 3_003;
  @Env('STOCK_DATABASE_URL') override databaseUrl: string;

  /** How long stock is held for an order that is not paid yet. */
  @IsInt() @Min(1) @Max(86_400) holdSeconds = 900;

  /** How much later the stock service itself lets go of what the order service should have released. */
  @IsInt() @Min(0) @Max(3_600) holdGraceSeconds = 30;

  /** How often to look for holds that have run out. */
  @IsInt() @Min(10) @Max(60_000) expiryIntervalMs = 1_000;

  get hold(): Hold {
    return { holdMs: this.holdSeconds * 1_000, graceMs: this.holdGraceSeconds * 1_000 };
  }
}
