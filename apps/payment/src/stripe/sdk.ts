import { createRequire } from 'node:module';
import { type Stripe } from 'stripe';

/** Stripe's SDK, loaded when it is first used: 35 MB and 0.3 s that only those pay who move money through it. */
export function stripeSdk(): typeof Stripe {
  return createRequire(import.meta.url)('stripe');
}
