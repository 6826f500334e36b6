import { type Fault } from './validate.js';

/**
 * Every refusal a client can meet, with its HTTP status. The code is the last part of the problem's `type`
 * (`/problems/<code>`). docs/errors.md is made from this table.
 */
export const ERRORS = {
  'malformed-request': { status: 400, title: 'The request is not well-formed' },
  'idempotency-key-missing': { status: 400, title: 'This request needs an Idempotency-Key header' },
  'idempotency-key-invalid': {
    status: 400,
    title: 'The Idempotency-Key must be 1 to 255 printable ASCII characters, sent once',
  },
  'cursor-invalid': { status: 400, title: 'The cursor is not one that this list returned' },
  unauthorized: { status: 401, title: 'A valid API key is needed' },
  'route-not-found': { status: 404, title: 'No such route' },
  'order-not-found': { status: 404, title: 'No such order' },
  'payment-not-found': { status: 404, title: 'No such payment' },
  'product-not-found': { status: 404, title: 'No such product' },
  'method-not-allowed': { status: 405, title: 'This route has no such method' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'order-not-payable': { status: 409, title: 'The order does not await a payment' },
  'payment-in-progress': { status: 409, title: 'Another payment for this order is under way' },
  'idempotency-key-in-use': { status: 409, title: 'A request with this Idempotency-Key is still under way' },
  'stock-below-reserved': { status: 409, title: 'The stock would fall below what is reserved' },
  'stock-limit-exceeded': {
    status: 409,
    title: 'The stock would exceed the largest quantity that can be counted',
  },
  'version-mismatch': { status: 412, title: 'It has changed since you read it' },
  'payload-too-large': { status: 413, title: 'The request body is too large' },
  'uri-too-long': { status: 414, title: 'The request target is too long' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'validation-failed': { status: 422, title: 'The request is not valid' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key was used with another request' },
  'headers-too-large': { status: 431, title: 'The request headers are too large' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  'service-unavailable': { status: 503, title: 'Try again shortly' },
  'outcome-unknown': { status: 504, title: 'The request was sent, but its outcome is not known yet' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

export interface RefusalDetails {
  readonly [name: string]: string | number | boolean | readonly Fault[] | undefined;
  /** What is wrong with which field; becomes `errors` of the problem. */
  readonly errors?: readonly Fault[];
}

/** An expected "no": it travels between processes as { code, details }. Anything else thrown is a defect. */
export class Rejected extends Error {
  override readonly name = 'Rejected';

  constructor(
    readonly code: ErrorCode,
    readonly details: RefusalDetails = {},
  ) {
    super(`${code}: ${ERRORS[code].title}`);
  }
}
