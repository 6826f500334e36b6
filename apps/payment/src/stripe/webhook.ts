import { type Stripe } from 'stripe';
import { isId } from '#contracts';
import { stripeSdk } from './sdk.js';

/** An event of Stripe that is what it says, as far as payments go. */
export interface StripeEvent {
  /** Of the event: what comes twice has the same. */
  readonly id: string;
  readonly type: string;
  /** Of the payment of ours that it is about. */
  readonly paymentId?: string;
  /** Of the refund of ours that it is about. */
  readonly refundId?: string;
}

const TOLERANCE_S = 300;
const HEADER = /^t=(\d{1,12})(?:,v\d+=[0-9a-f]+)+$/;

/**
 * The event in a call of Stripe, if one of our secrets has signed it within five minutes of `now`; two secrets are active
 * while one replaces the other. Undefined when it is not authentic. The SDK checks the signature, and what it leaves out is
 * checked here: a time in the future, and a header with more in it than Stripe sends. `headers` have lower-case names.
 */
export function stripeEvent(
  raw: string,
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[],
  now: Date,
): StripeEvent | undefined {
  const header = headers['stripe-signature'] ?? '';
  const [, seconds] = HEADER.exec(header) ?? [];
  if (seconds === undefined || Number(seconds) - now.getTime() / 1_000 > TOLERANCE_S) return undefined;
  for (const secret of secrets) {
    const event = attempt(() =>
      stripeSdk().webhooks.constructEvent(raw, header, secret, TOLERANCE_S, undefined, now.getTime()),
    );
    if (event) return known(event);
  }
  return undefined;
}

/** Signed or not, its content is input. */
function known({ id, type, data }: Stripe.Event): StripeEvent | undefined {
  if (typeof id !== 'string' || typeof type !== 'string') return undefined;
  const object = (data?.object ?? {}) as { readonly metadata?: Readonly<Record<string, unknown>> | null };
  const { paymentId, key } = object.metadata ?? {};
  if (typeof paymentId !== 'string') return { id, type };
  const refundId = typeof key === 'string' ? refundIn(key) : undefined;
  return { id, type, paymentId, ...(refundId !== undefined && { refundId }) };
}

/** A refund has been asked for with the key that it keeps in its metadata. */
function refundIn(key: string): string | undefined {
  const [, id = ''] = /^(\w{1,40}):refund$/.exec(key) ?? [];
  return isId('ref', id) ? id : undefined;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
