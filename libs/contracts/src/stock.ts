import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { command, event, rpc } from './contract.js';
import { IsId } from './id.js';
import { Money } from './money.js';
import { Idempotency, OrderLineRequest, Shortage } from './order.js';
import { IsFreeText, IsLocation, IsSku } from './text.js';

/** The largest quantity on hand that can be counted. */
export const MAX_QUANTITY = 1_000_000_000;
/** Of one product, beside its main one. */
export const MAX_OTHER_PRICES = 20;

export class ReserveStock {
  @IsId('ord') orderId: string;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @Type(() => OrderLineRequest)

  @ValidateNested({ each: true })
  lines: OrderLineRequest[];
}

export class OrderRef {
  @IsId('ord') orderId: string;
}

export class ReservedLine {
  @IsSku() sku: string;
  @IsString() name: string;
  @IsInt() quantity: number;
  /** The catalogue's price at this moment: what the order will charge. */
  @IsObject() @Type(() => Money) @ValidateNested() unitPrice: Money;
  /** Its prices in other currencies, if it has any. */
  @IsOptional() @IsArray() @Type(() => Money) @ValidateNested({ each: true }) otherPrices?: Money[];
}

/** Every line of the order is held until `expiresAt`. */
export class StockReserved {
  @IsId('ord') orderId: string;
  @IsArray()
  @Type(() => ReservedLine)

  @ValidateNested({ each: true })
  lines: ReservedLine[];
  @IsISO8601() expiresAt: string;
}

/** Nothing is held. */
export class StockRejected {
  @IsId('ord') orderId: string;
  @IsIn(['out_of_stock', 'unknown_product', 'inactive_product']) code:
    | 'out_of_stock'
    | 'unknown_product'
    | 'inactive_product';
  @IsArray()
  @Type(() => Shortage)

  @ValidateNested({ each: true })
  items: Shortage[];
}

export class ProductRequest {
  @IsFreeText(200) name: string;
  @IsObject() @Type(() => Money) @ValidateNested() price: Money;
  /** In other currencies than that of `price`, each once. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_OTHER_PRICES)
  @ArrayUnique((price: Money) => price?.currency, { message: 'must name each currency once' })
  @Type(() => Money)

  @ValidateNested({ each: true })
  prices?: Money[];
  @IsOptional() @IsBoolean() active?: boolean;
}

export class PutProduct {
  @IsSku() sku: string;
  @IsObject() @Type(() => ProductRequest) @ValidateNested() product: ProductRequest;
  /** Replace only this version. */
  @IsOptional() @IsInt() @Min(0) expectedVersion?: number;
}

/** The part of a level that is in one location. */
export class LocationLevelView {
  @IsLocation() location: string;
  @IsInt() onHand: number;
  @IsInt() reserved: number;
  @IsInt() available: number;
}

export class StockLevelView {
  @IsSku() sku: string;
  @IsInt() onHand: number;
  @IsInt() reserved: number;
  @IsInt() available: number;
  @IsInt() version: number;
  /** Where it lies, when that is more than one location. */
  @IsOptional() @IsArray() @Type(() => LocationLevelView) locations?: LocationLevelView[];
}

export class ProductView {
  @IsSku() sku: string;
  @IsString() name: string;
  @IsObject() @Type(() => Money) price: Money;
  /** In other currencies. */
  @IsArray() @Type(() => Money) prices: Money[];
  @IsBoolean() active: boolean;
  @IsInt() version: number;
  @IsObject() @Type(() => StockLevelView) stock: StockLevelView;
  @IsISO8601() createdAt: string;
  @IsISO8601() updatedAt: string;
}

export class ProductPut {
  @Type(() => ProductView) product: ProductView;
  @IsBoolean() created: boolean;
}

export class SkuRef {
  @IsSku() sku: string;
}

export class ListProducts {
  /** Pages of the API have fewer; exports take all that fits into a message. */
  @IsInt() @Min(1) @Max(200) limit: number;
  /** SKUs after this one come next. */
  @IsOptional() @IsSku() after?: string;
}

export class ProductList {
  @IsArray() @Type(() => ProductView) data: ProductView[];
  @IsBoolean() more: boolean;
}

export const ADJUSTMENT_REASONS = ['received', 'damaged', 'counted', 'returned', 'correction'] as const;

/** Either `delta`, or `countedQuantity` with the reason "counted". */
export class AdjustmentRequest {
  @IsOptional() @IsInt() @Min(-MAX_QUANTITY) @Max(MAX_QUANTITY) delta?: number;
  @IsOptional() @IsInt() @Min(0) @Max(MAX_QUANTITY) countedQuantity?: number;
  @IsIn(ADJUSTMENT_REASONS) reason: (typeof ADJUSTMENT_REASONS)[number];
  /** "main", unless told. */
  @IsOptional() @IsLocation() location?: string;
}

export class AdjustStock {
  @IsSku() sku: string;
  @IsObject() @Type(() => Idempotency) @ValidateNested() idempotency: Idempotency;
  @IsObject() @Type(() => AdjustmentRequest) @ValidateNested() adjustment: AdjustmentRequest;
}

export class StockAdjusted {
  @Type(() => StockLevelView) level: StockLevelView;
  @IsBoolean() replayed: boolean;
}

export const reserveStock = command('stock.reserve.v1', ReserveStock);
export const releaseStock = command('stock.release.v1', OrderRef);
export const commitStock = command('stock.commit.v1', OrderRef, { canWait: true });

export const stockReserved = event('stock.reserved.v1', StockReserved, ['order']);
export const stockRejected = event('stock.rejected.v1', StockRejected, ['order']);
/** The hold ran out before the order was paid. */
export const stockExpired = event('stock.expired.v1', OrderRef, ['order']);
/** A commit came after the hold was gone, and the goods are gone too. */
export const stockCommitRefused = event('stock.commit_refused.v1', OrderRef, ['order']);

export const putProduct = rpc('stock.put_product.v1', PutProduct, ProductPut, ['stock:write']);
export const getProduct = rpc('stock.get_product.v1', SkuRef, ProductView, ['stock:read']);
export const listProducts = rpc('stock.list_products.v1', ListProducts, ProductList, ['stock:read']);
export const adjustStock = rpc('stock.adjust.v1', AdjustStock, StockAdjusted, ['stock:write']);
export const getStock = rpc('stock.get.v1', SkuRef, StockLevelView, ['stock:read']);
