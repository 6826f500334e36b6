import { ERRORS } from '#contracts';

/** A JSON Schema as it stands in the document. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

const text = { type: 'string' };

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

/** Those of the document that are no class: pages of lists, and what is not JSON of ours. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
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
