import { type Stripe } from 'stripe';
import { type Answer, type Found, type ProviderCall } from '../provider.js';
import { fromStripe } from './units.js';

/** What an intent says about the call: how far it has come is what was done to it. */
export function answerOfIntent({ operation, chargeId }: ProviderCall, intent: Stripe.PaymentIntent): Found {
  const { id, amount, amount_received: received, currency } = intent;
  // Stripe may add to its statuses.
  const status: string = intent.status;
  const done = (sum: number, until: { readonly expiresAt?: string } = {}): Found => ({
    outcome: 'ok',
    chargeId: id,
    ...fromStripe(sum, currency),
    ...until,
  });
  switch (status) {
    case 'succeeded':
      if (operation === 'void') return { outcome: 'declined', code: 'already_captured' };
      return done(operation === 'authorize' ? amount : received);
    case 'requires_capture':
      return operation === 'authorize' ? done(amount, endOf(intent)) : { outcome: 'absent' };
    case 'canceled':
      if (operation === 'void') return done(amount);
      // What had been granted has been let go of: by Stripe when its time was over, or by somebody past us.
      return chargeId === null ? { outcome: 'declined', code: 'canceled' } : { outcome: 'expired' };
    case 'requires_payment_method':
      return chargeId === null ? declinedBy(intent.last_payment_error) : { outcome: 'absent' };
    default:
      return pending(`the intent is ${status}`);
  }
}

/** Visa gives less to a merchant whose customer is not there than others do: only Stripe knows how long this one stands. */
function endOf({ latest_charge: charge }: Stripe.PaymentIntent): { readonly expiresAt?: string } {
  if (charge === null || typeof charge === 'string') return {};
  const before = charge.payment_method_details?.card?.capture_before;
  return before ? { expiresAt: new Date(before * 1_000).toISOString() } : {};
}

export function answerOfRefund(refund: Stripe.Refund, chargeId: string): Found {
  const { status, amount, currency } = refund;
  if (status === 'succeeded') return { outcome: 'ok', chargeId, ...fromStripe(amount, currency) };
  if (status === 'failed' || status === 'canceled') {
    return { outcome: 'declined', code: refund.failure_reason ?? `refund_${status}` };
  }
  return pending(`the refund is ${status ?? 'without a status'}`);
}

export function pending(reason: string): Answer {
  return { outcome: 'unknown', reason: `stripe: ${reason}`, answered: 'pending' };
}

type Refusal = Pick<Stripe.PaymentIntent.LastPaymentError, 'code' | 'decline_code'>;

export function declinedBy(refusal: Partial<Refusal> | null): Found {
  return { outcome: 'declined', code: refusal?.decline_code ?? refusal?.code ?? 'declined' };
}
