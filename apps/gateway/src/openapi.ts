import { ERRORS, type ErrorCode } from '#contracts';
import { EXAMPLES } from './examples.js';
import { type Answer, type Operation, TAGS } from './operation.js';
import { OPERATIONS } from './operations.js';
import { exampleOf } from './problem.js';

/** A JSON Schema as it stands in the document. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

/** Of routes for holders of a key; with a valid part that is read. */
const WITH_KEY: readonly ErrorCode[] = ['validation-failed', 'unauthorized', 'forbidden', 'rate-limited'];
const ALWAYS: readonly ErrorCode[] = [
  'malformed-request',
  'request-timeout',
  'uri-too-long',
  'headers-too-large',
  'internal-error',
  'service-unavailable',
  'outcome-unknown',
];
const WITH_BODY: readonly ErrorCode[] = ['payload-too-large', 'unsupported-media-type'];

const text = { type: 'string' };
const version = { type: 'string', pattern: '^"\\d+"$', examples: ['"5"'] };
const header = (name: string, description: string, schema: object) => ({
  name,
  in: 'header',
  description,
  schema,
});

const HEADERS: Readonly<Record<string, { description: string; schema: object }>> = {
  ETag: {
    description:
      'The version, for If-None-Match and If-Match. Of an expanded order more than that, for If-None-Match only.',
    schema: { type: 'string', pattern: '^"\\d+(?:-[0-9a-f]+)?"$', examples: ['"5"'] },
  },
  'Content-Disposition': { description: 'The name of the file.', schema: text },
  'Idempotency-Replayed': {
    description: '`true` when the key was known and this is the answer that was given then.',
    schema: { const: 'true' },
  },
  Location: { description: 'Where it can be read.', schema: text },
  'Preference-Applied': { description: '`wait` when Prefer was heeded.', schema: { const: 'wait' } },
  RateLimit: {
    description: 'What is left of the quota (`r`), and in how many seconds all of it will be back (`t`).',
    schema: { type: 'string', examples: ['"caller";r=42;t=8'] },
  },
  'RateLimit-Policy': {
    description: 'The quota (`q`), and the seconds in which it fills up (`w`).',
    schema: { type: 'string', examples: ['"caller";q=500;w=10'] },
  },
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
  'WWW-Authenticate': { description: 'How to authenticate.', schema: text },
  'X-Request-Id': { description: 'The id of this request in logs and timelines.', schema: text },
};

const PROBLEM: Schema = {
  type: 'object',
  description: 'RFC 9457. `type` is stable; other members may be added.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'requestId'],
  properties: {
    type: { enum: Object.keys(ERRORS).map((code) => `/problems/${code}`) },
    title: text,
    status: { type: 'integer' },
    detail: text,
    instance: text,
    requestId: text,
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: {
            type: 'string',
            description: 'JSON pointer into the body, or below /path, /query or /headers.',
          },
          detail: text,
        },
      },
    },
  },
};

const WEBHOOK_BODY: Schema = {
  type: 'object',
  description:
    'As the provider makes it. Its bytes are what is signed; it is read when the signature is valid.',
};

/** The document of the whole API. The schemas are those of the contract classes, the scopes those of the routes. */
export function openApi(
  schemas: Readonly<Record<string, Schema>>,
  scopeOf: (operation: Operation) => string,
): object {
  const all = {
    ...schemas,
    OrderPage: page('OrderView'),
    PaymentPage: page('PaymentView'),
    RefundPage: page('RefundView'),
    ReturnPage: page('ReturnView'),
    OrderEvents: {
      type: 'string',
      description: 'Events of the HTML standard, 9.2; `data` is a TimelineEntry.',
    },
    LedgerPage: page('LedgerPosting'),
    LedgerPeriodPage: {
      ...page('PeriodPosting'),
      required: ['data', 'balances', 'nextCursor'],
      properties: {
        ...page('PeriodPosting').properties,
        balances: { type: ['array', 'null'], items: { $ref: '#/components/schemas/PeriodBalance' } },
      },
    },
    ProductPage: page('ProductView'),
    FailurePage: page('DeadLetterSummary'),
    FailureGroupPage: page('DeadLetterGroup'),
    LocationPage: page('LocationView'),
    MovementPage: page('MovementView'),
    ReservationPage: page('ReservationView'),
    PricePage: page('HistoricPrice'),
    ImportPage: page('ImportView'),
    ImportErrorPage: page('ImportError'),
    WebhookBody: WEBHOOK_BODY,
    EventPage: page('CloudEvent'),
    Problem: PROBLEM,
  };
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: operationObject(operation, schemas, scopeOf(operation)),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Waybill',
      version: '1',
      description:
        'Orders, payments and stock. Errors are `application/problem+json`; ids sort by time of creation.',
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    tags: TAGS.map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key.' } },
      schemas: used(all, paths),
      parameters: parameters(schemas),
      headers: HEADERS,
    },
  };
}

function operationObject(
  operation: Operation,
  schemas: Readonly<Record<string, Schema>>,
  scope: string,
): object {
  const { id, tag, summary, description, query, body, uploads } = operation;
  const isOpen = scope === 'open';
  const problems = [
    ...(body || uploads ? WITH_BODY : []),
    ...operation.problems,
    ...(isOpen ? [] : WITH_KEY),
    ...ALWAYS,
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: [description, !isOpen && `Needs the scope \`${scope}\`.`].filter(Boolean).join('\n\n'),
    security: isOpen ? [] : [{ key: [scope] }],
    parameters: [
      ...operation.parameters.map((name) => ({ $ref: `#/components/parameters/${name}` })),
      ...(query ? queryParameters(schemas[query] as Schema) : []),
    ],
    ...(body && {
      requestBody: { required: !operation.bodyOptional, content: content('application/json', body) },
    }),
    ...(uploads && { requestBody: { required: true, content: textContent(uploads) } }),
    responses: {
      ...Object.fromEntries(operation.answers.map((answer) => [answer.status, answerObject(answer)])),
      ...problemResponses(problems, operation.path),
    },
  };
}

function answerObject({
  description,
  type = 'application/json',
  schema,
  texts,
  headers = [],
}: Answer): object {
  return {
    description,
    headers: headerRefs(['X-Request-Id', ...headers]),
    ...(schema && { content: content(type, schema) }),
    ...(texts && { content: textContent(texts) }),
  };
}

/** One response per status, with an example for each of its codes. */
function problemResponses(codes: readonly ErrorCode[], instance: string): Record<string, object> {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, those]) => [status, problemResponse(those, instance)]),
  );
}

function problemResponse(codes: readonly ErrorCode[], instance: string): object {
  const problems = codes.map((code) => ({ code, ...exampleOf(code, instance) }));
  const limited = codes.includes('rate-limited') ? ['RateLimit', 'RateLimit-Policy'] : [];
  const own = Object.keys(HEADERS).filter((name) => problems[0]?.headers[name.toLowerCase()]);
  return {
    description: codes.map((code) => `${ERRORS[code].title}.`).join(' '),
    headers: headerRefs(['X-Request-Id', ...own, ...limited]),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(problems.map(({ code, body }) => [code, { value: body }])),
      },
    },
  };
}

function content(type: string, schema: string): object {
  return { [type]: { schema: { $ref: `#/components/schemas/${schema}` }, example: EXAMPLES[schema] } };
}

function textContent(texts: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(texts).map(([type, example]) => [type, { schema: text, example }]),
  );
}

function headerRefs(names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function page(item: string): Schema {
  return {
    type: 'object',
    required: ['data', 'nextCursor'],
    properties: {
      data: { type: 'array', items: { $ref: `#/components/schemas/${item}` } },
      nextCursor: {
        type: ['string', 'null'],
        description: 'The `cursor` of the next page; null on the last one.',
      },
    },
  };
}

function queryParameters({ properties = {}, required = [] }: Schema): object[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    ...(name !== 'limit' && required.includes(name) && { required: true }),
    schema: name === 'limit' ? { ...schema, default: 20 } : schema,
  }));
}

function parameters(schemas: Readonly<Record<string, Schema>>): Record<string, object> {
  const inPath = (name: string, schema: unknown) => ({ name, in: 'path', required: true, schema });
  return {
    OrderId: inPath('id', schemas.OrderView?.properties?.id),
    PaymentId: inPath('id', schemas.PaymentView?.properties?.id),
    RefundId: inPath('refundId', schemas.RefundView?.properties?.id),
    Service: inPath('service', schemas.ServiceRef?.properties?.service),
    LetterId: inPath('id', schemas.DeadLetterRef?.properties?.id),
    RedriveId: inPath('id', schemas.RedriveRef?.properties?.id),
    Location: inPath('location', schemas.LocationView?.properties?.location),
    ImportId: inPath('id', schemas.ImportView?.properties?.id),
    ReturnId: inPath('returnId', schemas.ReturnView?.properties?.id),
    Sku: inPath('sku', schemas.ProductView?.properties?.sku),
    IdempotencyKey: {
      ...header(
        'Idempotency-Key',
        'New for every new request, kept for repeating one. Remembered for 72 h.',
        {
          type: 'string',
          pattern: '^[\\x20-\\x7e]{1,255}$',
        },
      ),
      required: true,
      example: '6f1c2b9e-8a53-4c0e-9a55-2f3f0f1a7d10',
    },
    Prefer: {
      ...header('Prefer', '`wait=N`: hold the answer back for up to N ≤ 10 seconds (RFC 7240).', text),
      example: 'wait=5',
    },
    WebhookId: header('webhook-id', 'Of the event: the same on every repeat.', text),
    WebhookTimestamp: header('webhook-timestamp', 'When it was sent, in seconds since 1970.', text),
    WebhookSignature: header(
      'webhook-signature',
      '`v1,` and the HMAC-SHA256 of `<id>.<timestamp>.<body>` in base64; several are separated by spaces.',
      text,
    ),
    StripeSignature: header('Stripe-Signature', 'As Stripe makes it.', text),
    IfMatch: header('If-Match', 'Only if it still has this version.', version),
    IfMatchNeeded: {
      ...header('If-Match', 'Only if it still has this version. Needed.', version),
      required: true,
    },
    LastEventId: header('Last-Event-ID', 'Only what came after this version.', {
      type: 'string',
      pattern: '^\\d{0,9}$',
    }),
    IfNoneMatch: header('If-None-Match', 'Answer 304 when this is still the version.', text),
  };
}

/** The schemas that the paths lead to, in the order of their names. */
function used(schemas: Readonly<Record<string, Schema>>, paths: object): Record<string, Schema> {
  const found = new Map<string, Schema>();
  const follow = (part: object): void => {
    for (const [, name] of JSON.stringify(part).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      const schema = schemas[name as string];
      if (!schema || found.has(name as string)) continue;
      found.set(name as string, schema);
      follow(schema);
    }
  };
  follow(paths);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
