import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { rpc } from './contract.js';
import { IsCurrency } from './money.js';

/** A day of UTC. */
export function IsDay(): PropertyDecorator {
  return ValidateBy({
    name: 'isDay',
    validator: { validate: isDay, defaultMessage: () => 'must be a day, for example 2026-11-25' },
  });
}

function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^2\d{3}-\d\d-\d\d$/.test(value)) return false;
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

/** Minor units of a currency; unlike those of Money they may be zero or below it. */
export class Sum {
  @IsInt() amount: number;
  @IsCurrency() currency: string;
}

/** What was sold on a day, or of a SKU, in one currency. What came back counts on the day when it did. */
export class SalesRow {
  @IsOptional() @IsDay() day: string | null;
  @IsOptional() @IsString() sku: string | null;
  /** Orders confirmed, and with `by=sku` those that have the SKU. */
  @IsInt() orders: number;
  /** Orders cancelled after they had been confirmed. */
  @IsInt() cancelledOrders: number;
  @IsInt() units: number;
  /** Units of orders cancelled after they had been confirmed. */
  @IsInt() returnedUnits: number;
  @IsObject() @Type(() => Sum) @ValidateNested() gross: Sum;
  /** Refunded, voided, or never captured. Among the SKUs of an order it is shared out by their totals. */
  @IsObject() @Type(() => Sum) @ValidateNested() returned: Sum;
  @IsObject() @Type(() => Sum) @ValidateNested() net: Sum;
}

export class GetSales {
  /** The first day. */
  @IsDay() from: string;
  /** The last day. */
  @IsDay() to: string;
  @IsIn(['day', 'sku']) by: 'day' | 'sku';
  @IsInt() @Min(1) @Max(100) limit: number;
  /** The position that the page before ended with. */
  @IsOptional() @IsString() @MaxLength(200) after?: string;
}

export class SalesRows {
  @IsArray()
  @Type(() => SalesRow)

  @ValidateNested({ each: true })
  data: SalesRow[];
  /** Where the next page begins; null on the last one. */
  @IsOptional() @IsString() next: string | null;
  /** Everything that was published before is counted; null before anything was. */
  @IsOptional() @IsISO8601() asOf: string | null;
}

/** A page of a report on sales. */
export class SalesReport {
  @IsDay() from: string;
  @IsDay() to: string;
  @IsIn(['day', 'sku']) by: 'day' | 'sku';
  /** Everything that was published before is counted; null before anything was. */
  @IsOptional() @IsISO8601() asOf: string | null;
  @IsArray()
  @Type(() => SalesRow)

  @ValidateNested({ each: true })
  data: SalesRow[];
  /** The `cursor` of the next page; null on the last one. */
  @IsOptional() @IsString() nextCursor: string | null;
}

export class RebuildSales {
  /** False: only say how far it is. True while one goes on begins no other. */
  @IsBoolean() begin: boolean;
}

/** How a report is made again, beside the one that is read meanwhile. */
export class SalesRebuild {
  @IsIn(['building', 'done']) status: 'building' | 'done';
  /** Messages of the log, of which `counted` are counted already. */
  @IsInt() messages: number;
  @IsInt() counted: number;
}

/** One event in the shape of CloudEvents 1.0. */
export class CloudEvent {
  @IsIn(['1.0']) specversion: '1.0';
  /** The same on every delivery. */
  @IsString() id: string;
  /** The service that published it. */
  @IsString() source: string;
  @IsString() type: string;
  /** What it is about: an order, a payment or a SKU. */
  @IsOptional() @IsString() subject: string | null;
  @IsISO8601() time: string;
  @IsIn(['application/json']) datacontenttype: 'application/json';
  /** As in the trace of whatever caused it. */
  @IsString() traceparent: string;
  /** As docs/messages.md says of the type. */
  @IsObject() data: Record<string, unknown>;
}

export function IsEventType(): PropertyDecorator {
  const pattern = /^(order|payment|stock)\.[a-z_]{1,40}\.v[1-9]\d{0,2}$/;
  return Matches(pattern, { message: 'must be a type of event, for example order.confirmed.v1' });
}

export function IsEventId(): PropertyDecorator {
  return Matches(/^msg_[0-9a-z]{26}\.\d{1,2}$/, { message: 'must be the id of an event' });
}

export class ListEvents {
  @IsOptional() @IsEventType() type?: string;
  @IsInt() @Min(1) @Max(100) limit: number;
  /** The position that the page before ended with. */
  @IsOptional() @Matches(/^\d{1,16}\.\d{1,2}$/) position?: string;
  /** The id of an event: those after it. */
  @IsOptional() @IsEventId() after?: string;
}

export class EventList {
  @IsArray()
  @Type(() => CloudEvent)

  @ValidateNested({ each: true })
  data: CloudEvent[];
  /** Where the next page begins; null on the last one. */
  @IsOptional() @IsString() next: string | null;
}

/** The events and the reports are kept by the order service, which reads the event log. */
export const getSales = rpc('order.sales_report.v1', GetSales, SalesRows, ['ops:read']);
export const rebuildSales = rpc('order.rebuild_sales_report.v1', RebuildSales, SalesRebuild, [
  'ops:read',
  'ops:write',
]);
export const listEvents = rpc('order.list_events.v1', ListEvents, EventList, ['ops:read']);
