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
  IsUUID,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { event, rpc } from './contract.js';
import { IsId } from './id.js';
import { IsCurrency, Money } from './money.js';
import { OrderAdjustment } from './order-adjustment.js';
import { IsFreeText, IsMetadata, IsMethodToken, IsSku } from './text.js';

export const ORDER_STATUSES = [
  'pending',
  'awaiting_payment',
  'confirmed',
  'fulfilled',
  'rejected',
  'cancelled',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export class OrderLineRequest {
  @IsSku() sku: string;
  @IsInt() @Min(1) @Max(1_000) quantity: number;
}

export class PaymentRequest {
  @IsMethodToken() method: string;
  /** "automatic" takes the money at once; "manual" authorizes it, to be captured later. */
  @IsOptional() @IsIn(['automatic', 'manual']) capture?: 'automatic' | 'manual';
}

/** What a client sends to place an order. */
export class OrderRequest {
  @IsFreeText(64) customerId: string;
  @IsCurrency() currency: string;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique((line: OrderLineRequest) => line?.sku, { message: 'must name each SKU once' })
  @Type(() => OrderLineRequest)

  @ValidateNested({ each: true })
  lines: OrderLineRequest[];
  /** Shipping, taxes and discounts: part of the total. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @Type(() => OrderAdjustment)

  @ValidateNested({ each: true })
  adjustments?: OrderAdjustment[];
  @IsOptional() @IsObject() @Type(() => PaymentRequest) @ValidateNested() payment?: PaymentRequest;
  @IsOptional() @IsObject() @Type(() => Money) @ValidateNested() expectedTotal?: Money;
  @IsOptional() @IsMetadata() metadata?: Record<string, string>;
}

/** Who repeats whom: the same key with the same fingerprint is the same request. Both are SHA-256, cut to 128 bits. */
export class Idempotency {
  @IsUUID('all') key: string;
  @IsUUID('all') fingerprint: string;
}

export class PlaceOrder {
  @IsId('ord') orderId: string;
  /** Used when the request brings a payment. */
  @IsId('pay') paymentId: string;
  @IsObject() @Type(() => Idempotency) @ValidateNested() idempotency: Idempotency;
  @IsObject() @Type(() => OrderRequest) @ValidateNested() request: OrderRequest;
  /** Send a notice named by the order's id to the caller as soon as the order has settled. */
  @IsBoolean() notify: boolean;
}

export class OrderLineView {
  @IsSku() sku: string;
  /** null until the stock is reserved. */
  @IsOptional() @IsString() name: string | null;
  @IsInt() quantity: number;
  @IsInt() fulfilledQuantity: number;
  /** What will not leave any more. */
  @IsInt() cancelledQuantity: number;
  /** What has come back, of what had left. */
  @IsInt() returnedQuantity: number;
  @IsOptional() @Type(() => Money) unitPrice: Money | null;
  @IsOptional() @Type(() => Money) total: Money | null;
}

/** One SKU that could not be reserved: what was asked and what was there. */
export class Shortage {
  @IsString() sku: string;
  @IsInt() requested: number;
  @IsInt() available: number;
}

export const REJECTION_CODES = [
  'out_of_stock',
  'unknown_product',
  'inactive_product',
  'currency_mismatch',
  'total_mismatch',
  'total_too_large',
  'total_too_small',
] as const;
export const CANCELLATION_CODES = ['payment_declined', 'payment_expired', 'requested', 'timed_out'] as const;
/** What is wrong with an order of which something has left: its money went back, or the stock says it had no such goods. */
export const AFTERMATH_CODES = ['payment_returned', 'stock_missing'] as const;
const REASON_CODES = [...REJECTION_CODES, ...CANCELLATION_CODES, ...AFTERMATH_CODES] as const;

export class OrderReason {
  @IsIn(REASON_CODES) code: (typeof REASON_CODES)[number];
  @IsOptional() @IsString() detail?: string;
  /** The SKUs that were short, of an order rejected as out_of_stock. */
  @IsOptional()
  @IsArray()
  @Type(() => Shortage)

  @ValidateNested({ each: true })
  items?: Shortage[];
}

/** An order as clients see it. */
export class OrderView {
  @IsId('ord') id: string;
  @IsIn(ORDER_STATUSES) status: OrderStatus;
  @IsInt() version: number;
  @IsString() customerId: string;
  @IsCurrency() currency: string;
  @IsArray()
  @Type(() => OrderLineView)

  @ValidateNested({ each: true })
  lines: OrderLineView[];
  @IsArray()
  @Type(() => OrderAdjustment)

  @ValidateNested({ each: true })
  adjustments: OrderAdjustment[];
  /** The lines and the adjustments together. */
  @IsOptional() @Type(() => Money) total: Money | null;
  @IsOptional() @IsId('pay') paymentId: string | null;
  @IsOptional() @Type(() => OrderReason) reason: OrderReason | null;
  /** Until when the stock is held for an order that awaits payment. */
  @IsOptional() @IsISO8601() expiresAt: string | null;
  @IsObject() metadata: Record<string, string>;
  @IsISO8601() createdAt: string;
  @IsISO8601() updatedAt: string;
}

export class OrderPlacement {
  @IsObject() @Type(() => OrderView) order: OrderView;
  /** True when the key was known: this is the answer that was given then. */
  @IsBoolean() replayed: boolean;
}

export class GetOrder {
  @IsId('ord') orderId: string;
}

export class ListOrders {
  @IsOptional() @IsIn(ORDER_STATUSES) status?: OrderStatus;
  @IsOptional() @IsFreeText(64) customerId?: string;
  @IsOptional() @IsISO8601({ strict: true }) createdAfter?: string;
  @IsOptional() @IsISO8601({ strict: true }) createdBefore?: string;
  /** With a line of this SKU, whatever became of it. */
  @IsOptional() @IsSku() sku?: string;
  /** This one only, if it is as the other filters say. */
  @IsOptional() @IsId('ord') orderId?: string;
  @IsInt() @Min(1) @Max(100) limit: number;
  /** Orders older than this one come next. */
  @IsOptional() @IsId('ord') before?: string;
}

export class OrderList {
  @IsArray()
  @Type(() => OrderView)

  @ValidateNested({ each: true })
  data: OrderView[];
  /** What `before` must be for the next page; null on the last one. */
  @IsOptional() @IsId('ord') next: string | null;
}

/** One step that an order took. Steps are ordered by version, never by clock. */
export class TimelineEntry {
  @IsInt() version: number;
  @IsISO8601() at: string;
  @IsOptional() @IsString() from: string | null;
  @IsString() to: string;
  /** The message that caused the step. */
  @IsString() cause: string;
  /** The service that the cause came from. */
  @IsString() service: string;
  @IsString() messageId: string;
  @IsOptional() @IsString() causationId: string | null;
  @IsOptional() @IsString() requestId: string | null;
  @IsOptional() @IsString() traceId: string | null;
  @IsOptional() @IsObject() detail: Record<string, unknown> | null;
}

export class OrderTimeline {
  @IsArray()
  @Type(() => TimelineEntry)

  @ValidateNested({ each: true })
  data: TimelineEntry[];
}

/** Pay an order that awaits payment. */
export class PayOrder {
  @IsId('ord') orderId: string;
  @IsId('pay') paymentId: string;
  @IsObject() @Type(() => Idempotency) @ValidateNested() idempotency: Idempotency;
  @IsObject() @Type(() => PaymentRequest) @ValidateNested() payment: PaymentRequest;
  /** Send a notice named by the payment's id to the caller as soon as the payment's outcome is known. */
  @IsBoolean() notify: boolean;
}

export class PaymentStarted {
  @IsId('ord') orderId: string;
  @IsId('pay') paymentId: string;
  @Type(() => Money) amount: Money;
  @IsISO8601() createdAt: string;
  @IsBoolean() replayed: boolean;
}

/** Give everything up: the money goes back, and the stock. */
export class CancelOrder {
  @IsId('ord') orderId: string;
  /** Cancel only this version. */
  @IsOptional() @IsInt() @Min(0) expectedVersion?: number;
}

/** What leaves the house, and with whom. */
export class Shipment {
  /** What of each SKU; without it, everything that has not left yet. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique((line: OrderLineRequest) => line?.sku, { message: 'must name each SKU once' })
  @Type(() => OrderLineRequest)

  @ValidateNested({ each: true })
  lines?: OrderLineRequest[];
  @IsOptional() @IsFreeText(64) carrier?: string;
  @IsOptional() @IsFreeText(64) trackingNumber?: string;
}

export class FulfilOrder {
  @IsId('ord') orderId: string;
  @IsObject() @Type(() => Idempotency) @ValidateNested() idempotency: Idempotency;
  @IsObject() @Type(() => Shipment) @ValidateNested() shipment: Shipment;
  /** Only if it still has this version. */
  @IsOptional() @IsInt() @Min(0) expectedVersion?: number;
}

export class OrderFulfilment {
  @IsObject() @Type(() => OrderView) order: OrderView;
  @IsBoolean() replayed: boolean;
}

export class OrderSettled {
  @IsId('ord') orderId: string;
  @IsOptional() @Type(() => Money) total?: Money;
  @IsOptional() @Type(() => OrderReason) reason?: OrderReason;
}

/** Same idempotency key, same answer: the order service replays what it stored. */
export const placeOrder = rpc('order.place.v1', PlaceOrder, OrderPlacement, ['orders:write']);
export const payOrder = rpc('order.pay.v1', PayOrder, PaymentStarted, ['payments:write']);
/** Cancelling twice is cancelling once: the answer is the order as it then stands. */
export const cancelOrder = rpc('order.cancel.v1', CancelOrder, OrderView, ['orders:write']);
export const fulfilOrder = rpc('order.fulfil.v1', FulfilOrder, OrderFulfilment, ['orders:write']);
export const getOrder = rpc('order.get.v1', GetOrder, OrderView, ['orders:read', 'orders:write']);
export const listOrders = rpc('order.list.v1', ListOrders, OrderList, ['orders:read']);
export const getTimeline = rpc('order.timeline.v1', GetOrder, OrderTimeline, [
  'orders:read',
  'payments:read',
]);

export const orderConfirmed = event('order.confirmed.v1', OrderSettled);
export const orderRejected = event('order.rejected.v1', OrderSettled);
/** Every line has left. */
export const orderFulfilled = event('order.fulfilled.v1', OrderSettled);
export const orderCancelled = event('order.cancelled.v1', OrderSettled);
