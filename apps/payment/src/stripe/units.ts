import { type Stripe } from 'stripe';
import { type Money, type Sum } from '#contracts';

/*
 * Ours are the minor units of ISO 4217, and Stripe's are the same but for what follows:
 * https://docs.stripe.com/currencies#minor-units. Not those of ICU, which knows none for MGA and a dozen others.
 */

/** It counts these in hundredths, though they have none. */
const HUNDREDTHS: ReadonlySet<string> = new Set(['ISK', 'UGX']);
/** It counts these in whole, though they have hundredths. */
const WHOLE: ReadonlySet<string> = new Set(['MGA']);
/** These have thousandths, of which it moves only tens. */
const TENS: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** What Stripe does not move to the last unit is not sent: rounding would be another amount than was asked. */
export function isDivisible({ amount, currency }: Money): boolean {
  if (WHOLE.has(currency)) return amount % 100 === 0;
  return !TENS.has(currency) || amount % 10 === 0;
}

type OfStripe = Pick<Stripe.PaymentIntentCreateParams, 'amount' | 'currency'>;

export function toStripe({ amount, currency }: Money): OfStripe {
  const code = currency.toLowerCase();
  if (WHOLE.has(currency)) return { amount: amount / 100, currency: code };
  return { amount: HUNDREDTHS.has(currency) ? amount * 100 : amount, currency: code };
}

export function fromStripe(amount: number, currency: string): Sum {
  const code = currency.toUpperCase();
  if (WHOLE.has(code)) return { amount: amount * 100, currency: code };
  return { amount: HUNDREDTHS.has(code) ? amount / 100 : amount, currency: code };
}
