import { createHmac } from 'node:crypto';

/** A call of a webhook, signed as Stripe documents it and not by the code that checks it. `at` in seconds. */
export function signedEvent(event: object, secret: string, at: number) {
  const raw = JSON.stringify(event);
  const signature = createHmac('sha256', secret).update(`${at}.${raw}`).digest('hex');
  return { raw, headers: { 'stripe-signature': `t=${at},v1=${signature},v0=00` } };
}

/** An event about an object of the stand-in. */
export function eventOf(type: string, object: object, id = 'evt_standin'): object {
  return { id, object: 'event', type, data: { object } };
}
