import { type Operation } from '../http/operation.js';
import { type Schema } from './openapi-schemas.js';

const text = { type: 'string' };
const version = { type: 'string', pattern: '^"\\d+"$', examples: ['"5"'] };
const ONE_TAG = 'One ETag as it was returned, no list: a weak one matches nothing.';
const header = (name: string, description: string, schema: object) => ({
  name,
  in: 'header',
  description,
  schema,
});

const needed = <T extends object>(parameter: T) => ({ ...parameter, required: true });

/** One for each field of the query's class. */
export function queryParameters({ properties = {}, required = [] }: Schema): object[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    ...(name !== 'limit' && required.includes(name) && { required: true }),
    schema: name === 'limit' ? { ...schema, default: 20 } : schema,
  }));
}

const IN_HEADERS = {
  IdempotencyKey: {
    ...header('Idempotency-Key', 'New for every new request, kept for repeating one. Remembered for 72 h.', {
      type: 'string',
      pattern: '^[\\x20-\\x7e]{1,255}$',
    }),
    required: true,
    example: '6f1c2b9e-8a53-4c0e-9a55-2f3f0f1a7d10',
  },
  Prefer: {
    ...header('Prefer', '`wait=N`: hold the answer back for up to N ≤ 10 seconds (RFC 7240).', text),
    example: 'wait=5',
  },
  WebhookId: needed(header('webhook-id', 'Of the event: the same on every repeat.', text)),
  WebhookTimestamp: needed(header('webhook-timestamp', 'When it was sent, in seconds since 1970.', text)),
  WebhookSignature: needed(
    header(
      'webhook-signature',
      '`v1,` and the HMAC-SHA256 of `<id>.<timestamp>.<body>` in base64; several are separated by spaces.',
      text,
    ),
  ),
  StripeSignature: needed(header('Stripe-Signature', 'As Stripe makes it.', text)),
  IfMatch: header('If-Match', `Only if it still has this version. ${ONE_TAG}`, version),
  IfMatchAny: header('If-Match', `Only if it still has this version; \`*\` is any. ${ONE_TAG}`, {
    ...text,
    examples: ['"5"'],
  }),
  IfMatchNeeded: needed(header('If-Match', `Only if it still has this version. Needed. ${ONE_TAG}`, version)),
  LastEventId: header('Last-Event-ID', 'Only what came after this version.', {
    type: 'string',
    pattern: '^\\d{0,9}$',
  }),
  IfNoneMatchAny: header('If-None-Match', 'Only if it is not there yet. Not together with If-Match.', {
    const: '*',
  }),
  IfNoneMatch: header('If-None-Match', 'Answer 304 when this is still the version.', text),
};

/** The names of the headers that an operation lists, as Node spells them. */
export function headersOf({ parameters: names }: Operation): string[] {
  const headers: Readonly<Record<string, { readonly name: string }>> = IN_HEADERS;
  return names.flatMap((name) => headers[name]?.name.toLowerCase() ?? []);
}

/** Parameters that several routes share, by the name that operations call them by. */
export function parameters(schemas: Readonly<Record<string, Schema>>): Record<string, object> {
  const inPath = (name: string, schema: unknown) => ({ name, in: 'path', required: true, schema });
  const of = (type: string, field: string) => schemas[type]?.properties?.[field];
  return {
    OrderId: inPath('id', of('OrderView', 'id')),
    PaymentId: inPath('id', of('PaymentView', 'id')),
    RefundId: inPath('refundId', of('RefundView', 'id')),
    Service: inPath('service', of('ServiceRef', 'service')),
    LetterId: inPath('id', of('DeadLetterRef', 'id')),
    RedriveId: inPath('id', of('RedriveRef', 'id')),
    Location: inPath('location', of('LocationView', 'location')),
    ImportId: inPath('id', of('ImportView', 'id')),
    ReturnId: inPath('returnId', of('ReturnView', 'id')),
    Sku: inPath('sku', of('ProductView', 'sku')),
    ...IN_HEADERS,
  };
}
