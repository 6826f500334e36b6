import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
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
import { command, event, rpc } from './contract.js';
import { IsId } from './id.js';
import { Money } from './money.js';
import { Idempotency, OrderLineRequest } from './order.js';
import { IsFreeText } from './text.js';

/** What a client sends when goods that had left come back. */
export class ReturnRequest {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique((line: OrderLineRequest) => line?.sku, { message: 'must name each SKU once' })
  @Type(() => OrderLineRequest)

  @ValidateNested({ each: true })
  lines: OrderLineRequest[];
  @IsOptional() @IsFreeText(200) reason?: string;
  /** Whether it can be sold again, and so goes back into the stock. It does, unless told. */
  @IsOptional() @IsBoolean() restock?: boolean;
}

export class ReturnOrder {
  @IsId('ord') orderId: string;
  @IsId('ret') returnId: string;
  @IsObject() @Type(() => Idempotency) @ValidateNested() idempotency: Idempotency;
  @IsObject() @Type(() => ReturnRequest) @ValidateNested() request: ReturnRequest;
  /** Only if the order still has this version. */
  @IsOptional() @IsInt() @Min(0) expectedVersion?: number;
}

/** A return as clients see it. */
export class ReturnView {
  @IsId('ret') id: string;
  @IsId('ord') orderId: string;
  @IsArray()
  @Type(() => OrderLineRequest)

  @ValidateNested({ each: true })
  lines: OrderLineRequest[];
  /** What these lines cost; never more goes back than is left of the payment. null when there is nothing to give back. */
  @IsOptional() @Type(() => Money) amount: Money | null;
  /** The refund, below the payment of the order. */
  @IsOptional() @IsId('ref') refundId: string | null;
  @IsOptional() @IsString() reason: string | null;
  @IsBoolean() restock: boolean;
  @IsISO8601() createdAt: string;
}

export class OrderReturned {
  @IsObject() @Type(() => ReturnView) return: ReturnView;
  /** Of the order, after it. */
  @IsInt() version: number;
  @IsBoolean() replayed: boolean;
}

export class ReturnRef {
  @IsId('ret') returnId: string;
}

export class GetReturn extends ReturnRef {
  @IsId('ord') orderId: string;
}

/** Oldest first. */
export class ListReturns {
  @IsId('ord') orderId: string;
  @IsInt() @Min(1) @Max(100) limit: number;
  /** The version of the order that the page before ended with. */
  @IsOptional() @IsInt() @Min(0) after?: number;
}

export class ReturnList {
  @IsArray()
  @Type(() => ReturnView)

  @ValidateNested({ each: true })
  data: ReturnView[];
  /** Where the next page begins; null on the last one. */
  @IsOptional() @IsInt() next: number | null;
}

/** Give back a part of what a payment took, at most what is left of it, once for each refund id. */
export class GiveBackPayment {
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
  @IsId('ref') refundId: string;
  @IsObject() @Type(() => Money) @ValidateNested() amount: Money;
  @IsOptional() @IsString() reason?: string;
}

/** Some of what was taken for an order is there again, once for each return id. */
export class GiveBackStock {
  @IsId('ord') orderId: string;
  @IsId('ret') returnId: string;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @Type(() => OrderLineRequest)

  @ValidateNested({ each: true })
  lines: OrderLineRequest[];
}

/** Same idempotency key, same return. */
export const returnOrder = rpc('order.return.v1', ReturnOrder, OrderReturned, ['orders:write']);
export const getReturn = rpc('order.get_return.v1', GetReturn, ReturnView, ['orders:read']);
export const listReturns = rpc('order.list_returns.v1', ListReturns, ReturnList, ['orders:read']);

export const giveBackPayment = command('payment.give_back.v1', GiveBackPayment);
export const giveBackStock = command('stock.give_back.v1', GiveBackStock);

/** Lines that came back, or were cancelled when others had left already. */
export class GoodsReturned {
  @IsId('ord') orderId: string;
  @IsId('ret') returnId: string;
  @IsArray()
  @Type(() => OrderLineRequest)

  @ValidateNested({ each: true })
  lines: OrderLineRequest[];
}

/** One for each return, whether it can be sold again or not; order.cancelled.v1 is about whole orders. */
export const goodsReturned = event('order.goods_returned.v1', GoodsReturned);
