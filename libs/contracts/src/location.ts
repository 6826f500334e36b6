import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { rpc } from './contract.js';
import { Idempotency } from './order.js';
import { MAX_QUANTITY, StockAdjusted } from './stock.js';
import { IsFreeText, IsLocation, IsSku } from './text.js';

/** How many locations one SKU can lie in. */
export const MAX_LOCATIONS = 50;

export class LocationRef {
  @IsLocation() location: string;
}

export class LocationRequest {
  @IsFreeText(200) name: string;
}

export class PutLocation extends LocationRef {
  @IsFreeText(200) name: string;
}

/** A place where stock lies: a warehouse, a shop, a delivery on its way. */
export class LocationView {
  @IsLocation() location: string;
  @IsString() name: string;
  @IsISO8601() createdAt: string;
}

export class LocationPut {
  @Type(() => LocationView) location: LocationView;
  @IsBoolean() created: boolean;
}

export class ListLocations {
  @IsInt() @Min(1) @Max(100) limit: number;
  /** Locations after this one come next. */
  @IsOptional() @IsLocation() after?: string;
}

export class LocationList {
  @IsArray() @Type(() => LocationView) data: LocationView[];
  @IsBoolean() more: boolean;
}

/** So many, from one location to another. */
export class TransferRequest {
  @IsLocation() from: string;
  @IsLocation() to: string;
  @IsInt() @Min(1) @Max(MAX_QUANTITY) quantity: number;
}

export class TransferStock {
  @IsSku() sku: string;
  @IsObject() @Type(() => Idempotency) @ValidateNested() idempotency: Idempotency;
  @IsObject() @Type(() => TransferRequest) @ValidateNested() transfer: TransferRequest;
}

export const putLocation = rpc('stock.put_location.v1', PutLocation, LocationPut, ['stock:write']);
export const getLocation = rpc('stock.get_location.v1', LocationRef, LocationView, ['stock:read']);
export const listLocations = rpc('stock.list_locations.v1', ListLocations, LocationList, ['stock:read']);
export const transferStock = rpc('stock.transfer.v1', TransferStock, StockAdjusted, ['stock:write']);
