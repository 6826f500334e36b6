import { Type } from 'class-transformer';
import { IsIn, IsInt, IsISO8601, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { command, event, rpc } from './contract.js';
import { IsId } from './id.js';
import { Money } from './money.js';
import { IsMethodToken } from './text.js';

export const PAYMENT_STATUSES = [
  'requested',
  'unknown',
  'authorized',
  'captured',
  'declined',
  'voided',
  'expired',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** Charge (capture automatic) or only authorize (manual). One payment id is one charge, however often it arrives. */
export class ChargePayment {
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
  @IsObject() @Type(() => Money) @ValidateNested() amount: Money;
  @IsMethodToken() method: string;
  @IsIn(['automatic', 'manual']) capture: 'automatic' | 'manual';
}

/** Give back whatever this payment took or will have taken: nothing, a void, or a refund. Once. */
export class CancelPayment {
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
}

export class PaymentSucceeded {
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
  @IsObject() @Type(() => Money) @ValidateNested() amount: Money;
}

export class PaymentDeclined {
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
  /** The provider's code, for example "card_declined". */
  @IsString() code: string;
}

export class PaymentReversed {
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
}

export class GetPayment {
  @IsId('pay') paymentId: string;
}

/** A payment as clients see it. */
export class PaymentView {
  @IsId('pay') id: string;
  @IsId('ord') orderId: string;
  @IsIn(PAYMENT_STATUSES) status: PaymentStatus;
  @IsInt() version: number;
  @IsObject() @Type(() => Money) amount: Money;
  @IsInt() capturedAmount: number;
  @IsInt() refundedAmount: number;
  @IsMethodToken() method: string;
  @IsIn(['automatic', 'manual']) capture: 'automatic' | 'manual';
  @IsOptional() @IsString() declineCode: string | null;
  @IsISO8601() createdAt: string;
  @IsISO8601() updatedAt: string;
}

export const chargePayment = command('payment.charge.v1', ChargePayment);
export const cancelPayment = command('payment.cancel.v1', CancelPayment);
export const getPayment = rpc('payment.get.v1', GetPayment, PaymentView);

export const paymentCaptured = event('payment.captured.v1', PaymentSucceeded, ['order']);
export const paymentAuthorized = event('payment.authorized.v1', PaymentSucceeded, ['order']);
export const paymentDeclined = event('payment.declined.v1', PaymentDeclined, ['order']);
export const paymentVoided = event('payment.voided.v1', PaymentReversed, ['order']);
export const paymentRefunded = event('payment.refunded.v1', PaymentReversed, ['order']);
