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
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { event, rpc } from './contract.js';
import { IsId } from './id.js';
import { Money } from './money.js';
import { Idempotency } from './order.js';
import { IsFreeText } from './text.js';

export const REFUND_STATUSES = ['requested', 'succeeded', 'unknown'] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];

/** What a client sends to refund a payment. */
export class RefundRequest {
  /** All that is left of the payment, unless told. */
  @IsOptional() @IsObject() @Type(() => Money) @ValidateNested() amount?: Money;
  @IsOptional() @IsFreeText(200) reason?: string;
}

export class RefundPayment {
  @IsId('pay') paymentId: string;
  @IsId('ref') refundId: string;
  @IsObject() @Type(() => Idempotency) @ValidateNested() idempotency: Idempotency;
  @IsObject() @Type(() => RefundRequest) @ValidateNested() request: RefundRequest;
}

/** A refund as clients see it. One whose outcome the provider has not told yet is "unknown", and settles by itself. */
export class RefundView {
  @IsId('ref') id: string;
  @IsId('pay') paymentId: string;
  @IsIn(REFUND_STATUSES) status: RefundStatus;
  @IsObject() @Type(() => Money) amount: Money;
  @IsOptional() @IsString() reason: string | null;
  @IsISO8601() createdAt: string;
  @IsISO8601() updatedAt: string;
}

export class RefundStarted {
  @IsObject() @Type(() => RefundView) refund: RefundView;
  /** True when the key was known: this is the refund that it stands for. */
  @IsBoolean() replayed: boolean;
}

export class RefundRef {
  @IsId('ref') refundId: string;
}

export class GetRefund extends RefundRef {
  @IsId('pay') paymentId: string;
}

/** A part of something that grows with a payment, oldest first. */
export class ListOfPayment {
  @IsId('pay') paymentId: string;
  @IsInt() @Min(1) @Max(100) limit: number;
  /** The position that the page before ended with. */
  @IsOptional() @IsString() @MaxLength(100) after?: string;
}

export class RefundList {
  @IsArray()
  @Type(() => RefundView)

  @ValidateNested({ each: true })
  data: RefundView[];
  /** Where the next page begins; null on the last one. */
  @IsOptional() @IsString() next: string | null;
}

/** One side of a journal: what an account is debited or credited with. The postings of a journal balance. */
export class LedgerPosting {
  /** "capture", or the id of the refund. */
  @IsString() journal: string;
  /** An account of docs/ledger.md. */
  @IsString() account: string;
  @IsOptional() @Type(() => Money) debit: Money | null;
  @IsOptional() @Type(() => Money) credit: Money | null;
  @IsISO8601() at: string;
}

/** The postings of whole journals. */
export class LedgerList {
  @IsArray()
  @Type(() => LedgerPosting)

  @ValidateNested({ each: true })
  data: LedgerPosting[];
  /** Where the next page begins; null on the last one. */
  @IsOptional() @IsString() next: string | null;
}

/** Part of a payment, or all of it, is back with the customer: a client asked for it, or its order was cancelled. */
export class RefundSucceeded {
  @IsId('ref') refundId: string;
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
  @IsObject() @Type(() => Money) @ValidateNested() amount: Money;
  /** When it was posted. */
  @IsISO8601() at: string;
}

/** Same idempotency key, same refund: the answer is the refund as it then stands. */
export const refundPayment = rpc('payment.refund.v1', RefundPayment, RefundStarted, ['refunds:write']);
export const getRefund = rpc('payment.get_refund.v1', GetRefund, RefundView, [
  'payments:read',
  'refunds:write',
]);
export const listRefunds = rpc('payment.list_refunds.v1', ListOfPayment, RefundList, ['payments:read']);
export const getLedger = rpc('payment.ledger.v1', ListOfPayment, LedgerList, ['payments:read']);

/** One for each refund; payment.refunded.v1 is only about what a cancel gives back, when all of it is. */
export const refundSucceeded = event('payment.refund_succeeded.v1', RefundSucceeded);
