import { Type } from 'class-transformer';
import { IsIn, IsInt, IsISO8601, IsObject, IsOptional, IsString, Min, ValidateNested } from 'class-validator';
import { command, event, rpc } from './contract.js';
import { IsId } from './id.js';
import { Money } from './money.js';
import { IsMethodToken } from './text.js';

export const PAYMENT_STATUSES = [
  'requested',
  'unknown',
  'requires_action',
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

/** The goods leave: take what this payment has set aside, unless it is taken already. */
export class CollectPayment {
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
}

export class PaymentSucceeded {
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
  @IsObject() @Type(() => Money) @ValidateNested() amount: Money;
  /** Of a capture of less than was authorized: what the customer keeps. */
  @IsOptional() @IsObject() @Type(() => Money) @ValidateNested() released?: Money;
}

export class PaymentDeclined {
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
  /** The provider's code, for example "card_declined". */
  @IsString() code: string;
}

export class PaymentWaiting {
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
}

export class PaymentReversed {
  @IsId('pay') paymentId: string;
  @IsId('ord') orderId: string;
}

export class GetPayment {
  @IsId('pay') paymentId: string;
}

/** What a client sends to capture a payment. */
export class CaptureRequest {
  /** All that is authorized, unless told; the provider releases the rest. */
  @IsOptional() @IsObject() @Type(() => Money) @ValidateNested() amount?: Money;
}

/** Take what an authorized payment has set aside, once. */
export class CapturePayment {
  @IsId('pay') paymentId: string;
  @IsObject() @Type(() => CaptureRequest) @ValidateNested() request: CaptureRequest;
  /** Capture only this version. */
  @IsOptional() @IsInt() @Min(0) expectedVersion?: number;
}

/** Let go of what an authorized payment has set aside. */
export class VoidPayment {
  @IsId('pay') paymentId: string;
  /** Void only this version. */
  @IsOptional() @IsInt() @Min(0) expectedVersion?: number;
}

/** What the customer has to do before the payment can go on. */
export class NextAction {
  @IsIn(['redirect']) type: 'redirect';
  /** The page to send the customer to. */
  @IsString() url: string;
}

/**
 * A payment as clients see it. "Partially refunded" and "refunded" are no statuses: the status stays "captured", and
 * `refundedAmount` says how much of it went back.
 */
export class PaymentView {
  @IsId('pay') id: string;
  @IsId('ord') orderId: string;
  @IsIn(PAYMENT_STATUSES) status: PaymentStatus;
  @IsInt() version: number;
  @IsObject() @Type(() => Money) amount: Money;
  @IsInt() capturedAmount: number;
  /** What has gone back: the refunds that succeeded. */
  @IsInt() refundedAmount: number;
  /** What can still be refunded: captured, and neither given back nor about to be. */
  @IsInt() refundableAmount: number;
  @IsMethodToken() method: string;
  @IsIn(['automatic', 'manual']) capture: 'automatic' | 'manual';
  @IsOptional() @IsString() declineCode: string | null;
  /** Of one that requires_action. */
  @IsOptional() @IsObject() @Type(() => NextAction) @ValidateNested() nextAction: NextAction | null;
  /** When the customer's step, or an authorization, ends by itself. */
  @IsOptional() @IsISO8601() expiresAt: string | null;
  @IsISO8601() createdAt: string;
  @IsISO8601() updatedAt: string;
}

export const chargePayment = command('payment.charge.v1', ChargePayment);
export const cancelPayment = command('payment.cancel.v1', CancelPayment);
export const collectPayment = command('payment.collect.v1', CollectPayment);
/** Repeated, both answer with the payment as it then stands. */
export const capturePayment = rpc('payment.capture.v1', CapturePayment, PaymentView, ['payments:write']);
export const voidPayment = rpc('payment.void.v1', VoidPayment, PaymentView, ['payments:write']);
export const getPayment = rpc('payment.get.v1', GetPayment, PaymentView, ['payments:read', 'payments:write']);

export const paymentCaptured = event('payment.captured.v1', PaymentSucceeded, ['order']);
export const paymentAuthorized = event('payment.authorized.v1', PaymentSucceeded, ['order']);
export const paymentDeclined = event('payment.declined.v1', PaymentDeclined, ['order']);
/** The order goes on waiting; whoever placed it is told. */
export const paymentActionRequired = event('payment.action_required.v1', PaymentWaiting, ['order']);
/** What was authorized was not captured in time. */
export const paymentExpired = event('payment.expired.v1', PaymentReversed, ['order']);
export const paymentVoided = event('payment.voided.v1', PaymentReversed, ['order']);
export const paymentRefunded = event('payment.refunded.v1', PaymentReversed, ['order']);
