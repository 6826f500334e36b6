import { type Stripe } from 'stripe';
import { type Found, type ProviderCall } from '../provider.js';

/**
 * Stripe counts these in hundredths, though they have none:
 * https://docs.stripe.com/currencies#special-cases
 */
const HUNDREDTHS = new Set(['ISK', 'UGX']);

export function toStripe({ amount, currency }: Pick<ProviderCall, 'amount' | 'currency'>) {
  return { amount: HUNDREDTHS.has(currency) ? amount * 100 : amount, currency: currency.toLowerCase() };
}

export function fromStripe(amount: number, currency: string): { amount: number; currency: string } {
  const code = currency.toUpperCase();
  return { amount: HUNDREDTHS.has(code) ? amount / 100 : amount, currency: code };
}

/** What an intent says about the call: how far it has come is what was done to it. */
export function answerOfIntent({ operation, chargeId }: ProviderCall, intent: Stripe.PaymentIntent): Found {
  const { id, amount, amount_received: received, currency } = intent;
  // Stripe may add to its statuses.
  const status: string = intent.status;
  const done = (sum: number): Found => ({ outcome: 'ok', chargeId: id, ...fromStripe(sum, currency) });
  switch (status) {
    case 'succeeded':
      if (operation === 'void') return { outcome: 'declined', code: 'already_captured' };
      return done(operation === 'authorize' ? amount : received);
    case 'requires_capture':
      return operation === 'authorize' ? done(amount) : { outcome: 'absent' };
    case 'canceled':
      return operation === 'void' ? done(amount) : { outcome: 'declined', code: 'canceled' };
    case 'requires_payment_method':
      return chargeId === null ? declinedBy(intent.last_payment_error) : { outcome: 'absent' };
    default:
      return { outcome: 'unknown', reason: `stripe: the intent is ${status}` };
  }
}

export function answerOfRefund(refund: Stripe.Refund, chargeId: string): Found {
  const { status, amount, currency } = refund;
  if (status === 'succeeded') return { outcome: 'ok', chargeId, ...fromStripe(amount, currency) };
  if (status === 'failed' || status === 'canceled') {
    return { outcome: 'declined', code: refund.failure_reason ?? `refund_${status}` };
  }
  return { outcome: 'unknown', reason: `stripe: the refund is ${status ?? 'without a status'}` };
}

type Refusal = Pick<Stripe.PaymentIntent.LastPaymentError, 'code' | 'decline_code'>;

export function declinedBy(refusal: Partial<Refusal> | null): Found {
  return { outcome: 'declined', code: refusal?.decline_code ?? refusal?.code ?? 'declined' };
}
