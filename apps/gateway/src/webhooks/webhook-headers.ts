import { type WebhookHeaders } from '#contracts';

const NAMES = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'stripe-signature'] as const;
const MAX_LENGTH = {
  'webhook-id': 200,
  'webhook-timestamp': 200,
  'webhook-signature': 2_000,
  'stripe-signature': 2_000,
};

/** Those that signatures are made of. One that came twice says nothing: Node would join both, and nobody signs that. */
export function signatureHeaders(rawHeaders: readonly string[]): WebhookHeaders {
  const found: WebhookHeaders = {};
  for (const name of NAMES) {
    const values = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
    const [value] = values;
    if (values.length === 1 && value !== undefined && value.length <= MAX_LENGTH[name]) found[name] = value;
  }
  return found;
}
