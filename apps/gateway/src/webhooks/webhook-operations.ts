import { type Operation } from '../http/operation.js';

const CALL = {
  method: 'post',
  tag: 'Webhooks',
  body: 'WebhookBody',
  answers: [{ status: 204, description: 'Stored, now or before. What comes of it comes later.' }],
} as const;
const HINT =
  'An event is a hint: it makes us ask the provider, and only what that answers moves a payment. ' +
  'So events may come twice, late or in any order. An id that was seen before changes nothing, whatever comes with it.';

/** What payment providers call. */
export const WEBHOOK_OPERATIONS: readonly Operation[] = [
  {
    ...CALL,
    path: '/v1/webhooks/sandbox',
    id: 'receiveSandboxWebhook',
    summary: 'Take an event of the sandbox provider',
    description: `Signed as standardwebhooks.com says, at most five minutes ago. ${HINT}`,
    parameters: ['WebhookId', 'WebhookTimestamp', 'WebhookSignature'],
    problems: ['webhook-signature-invalid', 'route-not-found'],
  },
  {
    ...CALL,
    path: '/v1/webhooks/stripe',
    id: 'receiveStripeWebhook',
    summary: 'Take an event of Stripe',
    description: `Signed as Stripe does, at most five minutes ago. ${HINT}`,
    parameters: ['StripeSignature'],
    problems: ['webhook-signature-invalid', 'route-not-found'],
  },
];
