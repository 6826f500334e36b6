import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsInt, IsISO8601, IsOptional, IsString, Max, Min } from 'class-validator';
import { rpc } from './contract.js';
import { IsCurrency } from './money.js';
import { IsSku } from './text.js';

export class ListPrices {
  @IsSku() sku: string;
  @IsInt() @Min(1) @Max(100) limit: number;
  /** Those set before this version of the product come next, and those set by it in currencies before this one. */
  @IsOptional() @IsInt() @Min(1) beforeVersion?: number;
  @IsOptional() @IsString() beforeCurrency?: string;
}

/** A price and since when it was that. `amount` is null from when on there was none in this currency. */
export class HistoricPrice {
  @IsCurrency() currency: string;
  @IsOptional() @IsInt() amount: number | null;
  /** Of the product, when it was set. */
  @IsInt() version: number;
  @IsISO8601() from: string;
  /** The request that set it; null for what was there before prices were kept. */
  @IsOptional() @IsString() requestId: string | null;
}

export class PriceList {
  @IsArray() @Type(() => HistoricPrice) data: HistoricPrice[];
  @IsBoolean() more: boolean;
}

export const listPrices = rpc('stock.list_prices.v1', ListPrices, PriceList, ['stock:read']);
