import {
  type cancelPayment,
  type capturePayment,
  type chargePayment,
  type collectPayment,
  type giveBackPayment,
  type refundPayment,
  type voidPayment,
} from '#contracts';
import { type Message, type Told } from '#messaging';
import { amountOf, type Fact, type Payment, termsOf } from './payment.js';
import { type Operation } from './provider.js';

interface About {
  readonly paymentId: string;
  readonly operation: Operation;
  /** Of a refund. */
  readonly refundId?: string;
}

/** What the provider said, told to ourselves: outcomes of the calls that earlier decisions asked for. */
export type ProviderSucceeded = Message<
  'payment.provider_succeeded',
  About & {
    readonly chargeId: string;
    readonly amount: number;
    readonly currency: string;
    readonly expiresAt?: string;
  }
>;
export type ProviderDeclined = Message<'payment.provider_declined', About & { readonly code: string }>;
export type ProviderUnknown = Message<'payment.provider_unknown', About & { readonly reason: string }>;
/** The provider has not heard of the call. Told where it was only asked, or where its key says nothing more: others are called again. */
export type ProviderAbsent = Message<'payment.provider_absent', About>;
export type ProviderActionNeeded = Message<
  'payment.provider_action_needed',
  About & { readonly chargeId: string; readonly url: string; readonly expiresAt: string }
>;
export type ProviderExpired = Message<'payment.provider_expired', About>;
export type ProviderMessage =
  | ProviderActionNeeded
  | ProviderExpired
  | ProviderSucceeded
  | ProviderDeclined
  | ProviderUnknown
  | ProviderAbsent;

/** Told by our own reconcile worker: the time to ask again has come for the payment, or refund, as it was at this version. */
export type AttemptDue = Message<
  'payment.attempt_due',
  { readonly paymentId: string; readonly refundId?: string; readonly version: number }
>;

/** A provider's event was about this payment, or refund: worth asking what has become of it. */
export type Hinted = Message<
  'payment.hinted',
  { readonly paymentId: string; readonly refundId?: string; readonly event: string }
>;

/** Told by our own reconcile worker: by the database's clock the authorization has ended. */
export type AuthorizationExpired = Message<'payment.authorization_expired', { readonly paymentId: string }>;

export type ChargeMessage = Told<typeof chargePayment>;
export type CancelMessage = Told<typeof cancelPayment>;
export type CollectMessage = Told<typeof collectPayment>;
export type GiveBackMessage = Told<typeof giveBackPayment>;
export type CaptureMessage = Told<typeof capturePayment>;
export type VoidMessage = Told<typeof voidPayment>;
export type RefundMessage = Told<typeof refundPayment>;
/** All that one cell of the table answers. */
export type FactMessage =
  | CancelMessage
  | CollectMessage
  | CaptureMessage
  | VoidMessage
  | ProviderMessage
  | AuthorizationExpired;
export type PaymentMessage =
  | ChargeMessage
  | RefundMessage
  | GiveBackMessage
  | FactMessage
  | AttemptDue
  | Hinted;

/**
 * What a message says about the payment. A provider that has not heard of the call may still hear of it, if the call
 * is on its way: only after `quarantineMs` is that as good as a decline.
 */
export function factOf(payment: Payment, message: FactMessage, now: Date, quarantineMs: number): Fact {
  switch (message.type) {
    case 'payment.cancel.v1':
      return isGivenBack(payment) ? 'returned' : 'cancel';
    case 'payment.collect.v1':
    case 'payment.capture.v1':
      return 'capture';
    case 'payment.void.v1':
      return 'void';
    case 'payment.provider_action_needed':
      return 'action';
    case 'payment.provider_expired':
      // Said of the authorization, it may be the work of the void that is under way: that one's own answer tells.
      return payment.status === 'voiding' && message.data.operation !== 'void' ? 'unknown' : 'expired';
    case 'payment.authorization_expired':
      return 'expired';
    case 'payment.provider_unknown':
      return 'unknown';
    case 'payment.provider_declined':
      return message.data.operation === 'void' ? 'stuck' : 'declined';
    case 'payment.provider_absent': {
      const since = payment.cancelledAt === null ? Infinity : Date.parse(payment.cancelledAt);
      return now.getTime() - since >= quarantineMs ? 'declined' : 'unknown';
    }
    case 'payment.provider_succeeded': {
      const { operation, amount, currency } = message.data;
      if (amount !== amountOf(payment, operation) || currency !== termsOf(payment).currency) return 'stuck';
      if (operation === 'void') return 'voided';
      return operation === 'capture' ? 'captured' : 'authorized';
    }
  }
}

/** Clients have refunded all that was captured: a cancel finds nothing left to give back. */
function isGivenBack({ status, capturedAmount, refundedAmount }: Payment): boolean {
  return status === 'captured' && refundedAmount === capturedAmount;
}
