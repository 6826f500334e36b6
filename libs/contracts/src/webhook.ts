import { Type } from 'class-transformer';
import { IsBase64, IsBoolean, IsIn, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { rpc } from './contract.js';

export const WEBHOOK_PROVIDERS = ['sandbox', 'stripe'] as const;
export type WebhookProvider = (typeof WEBHOOK_PROVIDERS)[number];

/** What a call may weigh: as base64 it fits into one message, beside the others of its bundle. */
export const MAX_WEBHOOK_BYTES = 128 * 1_024;

/** The headers that signatures are made of. One that was not sent, or more than once, is missing. */
export class WebhookHeaders {
  @IsOptional() @IsString() @MaxLength(200) 'webhook-id'?: string;
  @IsOptional() @IsString() @MaxLength(200) 'webhook-timestamp'?: string;
  @IsOptional() @IsString() @MaxLength(2_000) 'webhook-signature'?: string;
  @IsOptional() @IsString() @MaxLength(2_000) 'stripe-signature'?: string;
}

/** A call of a provider, as it came. Nobody has looked into it yet. */
export class ReceiveWebhook {
  @IsIn(WEBHOOK_PROVIDERS) provider: WebhookProvider;
  /** The very bytes, in base64: what is signed. */
  @IsBase64() @MaxLength(Math.ceil(MAX_WEBHOOK_BYTES / 3) * 4) body: string;
  @Type(() => WebhookHeaders) @ValidateNested() headers: WebhookHeaders;
}

export class WebhookReceived {
  /** True when an event with this id was stored before: nothing has changed. */
  @IsBoolean() replayed: boolean;
}

/** Answered once the event is stored. What comes of it comes later. */
export const receiveWebhook = rpc('payment.webhook.v1', ReceiveWebhook, WebhookReceived, 'open');
