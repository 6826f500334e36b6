import { type Stripe } from 'stripe';
import { type Movement } from '../provider.js';
import { fromStripe } from './units.js';

/**
 * What a line of the balance says of a payment of ours, in the currency of the payment. Fees, payouts and what others have
 * sold through the same account are not about us. Expects the source and its intent in full.
 */
export function movementIn(line: Stripe.BalanceTransaction): Movement | undefined {
  const { source, created } = line;
  if (source === null || typeof source === 'string') return undefined;
  if (source.object !== 'charge' && source.object !== 'refund') return undefined;
  const intent = source.payment_intent;
  if (intent === null || typeof intent === 'string') return undefined;
  const { paymentId } = intent.metadata;
  if (!paymentId) return undefined;
  const at = new Date(created * 1_000);
  if (source.object === 'charge') {
    const money = fromStripe(source.amount_captured, source.currency);
    return { paymentId, operation: 'capture', key: `${paymentId}:capture`, ...money, at };
  }
  // A refund that failed after all is a second line, and takes the first one back.
  const sum = line.amount > 0 ? -source.amount : source.amount;
  const money = fromStripe(sum, source.currency);
  return { paymentId, operation: 'refund', key: source.metadata?.key ?? null, ...money, at };
}
