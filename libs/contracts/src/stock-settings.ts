import { Type } from 'class-transformer';
import { IsInt, IsObject, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { event, rpc } from './contract.js';
import { MAX_QUANTITY, SkuRef } from './stock.js';
import { IsSku } from './text.js';

/** What a client sends to set them, all of them: what is left out is as it is without settings. */
export class SettingsRequest {
  /** Is kept back from sale; 0 unless given. */
  @IsOptional() @IsInt() @Min(0) @Max(MAX_QUANTITY) safetyStock?: number;
  /** As soon as no more than this is available, `stock.low.v1` says so; never unless given. */
  @IsOptional() @IsInt() @Min(0) @Max(MAX_QUANTITY) lowStockThreshold?: number;
  /** So many more may be sold than there are; 0 unless given. Only for a SKU that lies in one location. */
  @IsOptional() @IsInt() @Min(0) @Max(MAX_QUANTITY) backorderLimit?: number;
}

export class PutSettings {
  @IsSku() sku: string;
  @IsObject() @Type(() => SettingsRequest) @ValidateNested() settings: SettingsRequest;
}

export class SettingsView {
  @IsSku() sku: string;
  @IsInt() safetyStock: number;
  @IsOptional() @IsInt() lowStockThreshold: number | null;
  @IsInt() backorderLimit: number;
  /** Of the level, which the settings are a part of. */
  @IsInt() version: number;
}

/** What is there to be sold has fallen to the threshold or below it. Said again only after it has been above. */
export class StockLow {
  @IsSku() sku: string;
  /** On hand, not reserved, and more than the safety stock; what may be sold beyond that does not count. */
  @IsInt() available: number;
  @IsInt() lowStockThreshold: number;
  /** Of the level that is low: of two events the one with the higher version is the later. */
  @IsInt() version: number;
}

export const putSettings = rpc('stock.put_settings.v1', PutSettings, SettingsView, ['stock:write']);
export const getSettings = rpc('stock.get_settings.v1', SkuRef, SettingsView, ['stock:read']);

export const stockLow = event('stock.low.v1', StockLow);
