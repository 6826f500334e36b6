import { Type } from 'class-transformer';
import {
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { rpc } from './contract.js';
import { IsId } from './id.js';
import { ADJUSTMENT_REASONS } from './stock.js';
import { IsLocation, IsSku } from './text.js';

/** Why a level changes: somebody said so, an order moved it, or it went from one location to another. */
export const MOVEMENT_REASONS = [
  ...ADJUSTMENT_REASONS,
  'reserved',
  'released',
  'committed',
  'transferred',
] as const;

export class ListMovements {
  @IsSku() sku: string;
  @IsInt() @Min(1) @Max(100) limit: number;
  /** Movements that made an earlier version than this one come next. */
  @IsOptional() @IsInt() @Min(1) before?: number;
}

/** What a movement did in one location. */
export class LocationMovement {
  @IsLocation() location: string;
  @IsInt() onHandDelta: number;
  @IsInt() reservedDelta: number;
}

/** One change of a level, never altered afterwards. All deltas of a SKU add up to its level. */
export class MovementView {
  @IsSku() sku: string;
  /** Of the level that it made: the version that the change was answered with. */
  @IsInt() version: number;
  @IsIn(MOVEMENT_REASONS) reason: (typeof MOVEMENT_REASONS)[number];
  @IsInt() onHandDelta: number;
  @IsInt() reservedDelta: number;
  /** The order that caused it; null when somebody changed the stock by hand. */
  @IsOptional() @IsId('ord') orderId: string | null;
  /** The id of the message that asked for an adjustment or a transfer; null when an order was the cause. */
  @IsOptional() @IsString() adjustmentId: string | null;
  /** Where it happened, when the SKU lies in several locations: together they are the movement. */
  @IsOptional() @IsArray() @Type(() => LocationMovement) locations?: LocationMovement[];
  @IsISO8601() at: string;
}

export class MovementList {
  @IsArray()
  @Type(() => MovementView)

  @ValidateNested({ each: true })
  data: MovementView[];
  @IsOptional() @IsInt() next: number | null;
}

/** Of a reservation that has ever held something. */
export const HOLD_STATUSES = [
  'held',
  'committed',
  'returned',
  'released',
  'expired',
  'commit_refused',
] as const;

export class ListReservations {
  @IsSku() sku: string;
  @IsIn(['open', 'closed']) state: 'open' | 'closed';
  @IsInt() @Min(1) @Max(100) limit: number;
  /** The position that the page before ended with. */
  @IsOptional() @IsString() @MaxLength(100) after?: string;
}

/** How much of a line is in one location. */
export class LocationPart {
  @IsLocation() location: string;
  @IsInt() quantity: number;
}

/** What an order holds, or has held, of one SKU. */
export class ReservationView {
  @IsId('ord') orderId: string;
  @IsSku() sku: string;
  @IsInt() quantity: number;
  @IsIn(HOLD_STATUSES) status: (typeof HOLD_STATUSES)[number];
  /** Until when it was, or is, held without being paid. */
  @IsISO8601() expiresAt: string;
  /** Where it lies, when the SKU lies in several locations. */
  @IsOptional() @IsArray() @Type(() => LocationPart) locations?: LocationPart[];
}

export class ReservationList {
  @IsArray()
  @Type(() => ReservationView)

  @ValidateNested({ each: true })
  data: ReservationView[];
  /** Where the next page begins; null on the last one. */
  @IsOptional() @IsString() next: string | null;
}

export const listMovements = rpc('stock.list_movements.v1', ListMovements, MovementList, ['stock:read']);
export const listReservations = rpc('stock.list_reservations.v1', ListReservations, ReservationList, [
  'stock:read',
]);
