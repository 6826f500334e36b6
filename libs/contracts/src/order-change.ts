import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  Min,
  ValidateNested,
} from 'class-validator';
import { command, event, rpc } from './contract.js';
import { IsId } from './id.js';
import { IsCurrency, Money } from './money.js';
import { OrderLineRequest, OrderView, Shortage } from './order.js';
import { ReservedLine } from './stock.js';

/** What a client sends to replace the lines of an order. */
export class LinesRequest {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique((line: OrderLineRequest) => line?.sku, { message: 'must name each SKU once' })
  @Type(() => OrderLineRequest)

  @ValidateNested({ each: true })
  lines: OrderLineRequest[];
  /** The new total, adjustments included. */
  @IsOptional() @IsObject() @Type(() => Money) @ValidateNested() expectedTotal?: Money;
}

export class ChangeOrder {
  @IsId('ord') orderId: string;
  /** Only if it still has this version. */
  @IsInt() @Min(0) expectedVersion: number;
  @IsObject() @Type(() => LinesRequest) @ValidateNested() request: LinesRequest;
  /** Names the notice that tells the caller how it went. */
  @IsId('evt') changeId: string;
  @IsBoolean() notify: boolean;
}

export const CHANGE_REFUSALS = [
  'out_of_stock',
  'unknown_product',
  'inactive_product',
  'currency_mismatch',
  'total_mismatch',
  'total_too_large',
  'total_too_small',
  'not_held',
] as const;
export type ChangeRefusalCode = (typeof CHANGE_REFUSALS)[number];

/** Hold other lines in the place of those that are held, all or nothing. */
export class ChangeReservation {
  @IsId('ord') orderId: string;
  /** The version of the order that asks: an older change than the last one changes nothing. */
  @IsInt() @Min(1) change: number;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @Type(() => OrderLineRequest)

  @ValidateNested({ each: true })
  lines: OrderLineRequest[];
  @IsCurrency() currency: string;
  /** What the lines must cost at least, and at most. */
  @IsInt() least: number;
  @IsInt() most: number;
}

/** The new lines are held, until the hold ends that there was. */
export class ReservationChanged {
  @IsId('ord') orderId: string;
  @IsInt() change: number;
  @IsArray()
  @Type(() => ReservedLine)

  @ValidateNested({ each: true })
  lines: ReservedLine[];
}

/** What was held is held as before. */
export class ChangeRefused {
  @IsId('ord') orderId: string;
  @IsInt() change: number;
  @IsIn(CHANGE_REFUSALS) code: ChangeRefusalCode;
  @IsArray()
  @Type(() => Shortage)

  @ValidateNested({ each: true })
  items: Shortage[];
}

/** The answer is the order while it waits for the stock; the notice is the order as it then is, or the refusal. */
export const changeOrder = rpc('order.change.v1', ChangeOrder, OrderView, ['orders:write']);
export const changeReservation = command('stock.change.v1', ChangeReservation);
export const reservationChanged = event('stock.changed.v1', ReservationChanged, ['order']);
export const changeRefused = event('stock.change_refused.v1', ChangeRefused, ['order']);
