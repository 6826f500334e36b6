import { type cancelPayment, type chargePayment } from '#contracts';
import { type Message, type Told } from '#messaging';
import { type Fact, type Payment, termsOf } from './payment.js';
import { type Operation } from './provider.js';

interface About {
  readonly paymentId: string;
  readonly operation: Operation;
}

/** What the provider said, told to ourselves: outcomes of the calls that earlier decisions asked for. */
export type ProviderSucceeded = Message<
  'payment.provider_succeeded',
  About & { readonly chargeId: string; readonly amount: number; readonly currency: string }
>;
export type ProviderDeclined = Message<'payment.provider_declined', About & { readonly code: string }>;
export type ProviderUnknown = Message<'payment.provider_unknown', About & { readonly reason: string }>;
/** The provider has not heard of the call. Only told about payments that are being cancelled: others are called again. */
export type ProviderAbsent = Message<'payment.provider_absent', About>;
export type ProviderMessage = ProviderSucceeded | ProviderDeclined | ProviderUnknown | ProviderAbsent;

/** Told by our own reconcile worker: the time to ask again has come for the payment as it was at this version. */
export type AttemptDue = Message<
  'payment.attempt_due',
  { readonly paymentId: string; readonly version: number }
>;

export type ChargeMessage = Told<typeof chargePayment>;
export type CancelMessage = Told<typeof cancelPayment>;
export type PaymentMessage = ChargeMessage | CancelMessage | ProviderMessage | AttemptDue;

/**
 * What an outcome says about the payment. A provider that has not heard of the call may still hear of it, if the call
 * is on its way: only after `quarantineMs` is that as good as a decline.
 */
export function factOf(
  payment: Payment,
  message: CancelMessage | ProviderMessage,
  now: Date,
  quarantineMs: number,
): Fact {
  switch (message.type) {
    case 'payment.cancel.v1':
      return 'cancel';
    case 'payment.provider_unknown':
      return 'unknown';
    case 'payment.provider_declined':
      return isReversal(message.data.operation) ? 'stuck' : 'declined';
    case 'payment.provider_absent': {
      const since = payment.cancelledAt === null ? Infinity : Date.parse(payment.cancelledAt);
      return now.getTime() - since >= quarantineMs ? 'declined' : 'unknown';
    }
    case 'payment.provider_succeeded': {
      const { operation, amount, currency } = message.data;
      const terms = termsOf(payment);
      if (amount !== terms.amount || currency !== terms.currency) return 'stuck';
      if (isReversal(operation)) return 'reversed';
      return operation === 'capture' ? 'captured' : 'authorized';
    }
  }
}

function isReversal(operation: Operation): boolean {
  return operation === 'void' || operation === 'refund';
}
