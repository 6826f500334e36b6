import { type Fault } from './validate.js';

/**
 * Every refusal a client can meet, with its HTTP status and what to do about it. The code is the last part of the
 * problem's `type` (`/problems/<code>`). docs/errors.md is made from this table.
 */
export const ERRORS = {
  'malformed-request': {
    status: 400,
    title: 'The request is not well-formed',
    remedy: 'Send one JSON value in UTF-8, over well-formed HTTP.',
  },
  'idempotency-key-missing': {
    status: 400,
    title: 'This request needs an Idempotency-Key header',
    remedy: 'Send an Idempotency-Key header that is new for every new request, for example a UUID.',
  },
  'idempotency-key-invalid': {
    status: 400,
    title: 'The Idempotency-Key must be 1 to 255 printable ASCII characters, sent once',
    remedy: 'Send a key such as a UUID in one Idempotency-Key header.',
  },
  'cursor-invalid': {
    status: 400,
    title: 'The cursor is not one that this list returned',
    remedy: 'Send the nextCursor of the page before as it is, or no cursor to start again.',
  },
  unauthorized: {
    status: 401,
    title: 'A valid API key is needed',
    remedy: 'Send the API key as "Authorization: Bearer <key>".',
  },
  'webhook-signature-invalid': {
    status: 401,
    title: 'The signature of the webhook is not valid',
    remedy:
      'Sign the bytes of the body with a secret that is set up here, at most five minutes before they arrive.',
  },
  forbidden: {
    status: 403,
    title: 'This API key may not do that',
    remedy: 'Use a key that has the scope that "needed" names.',
  },
  'route-not-found': {
    status: 404,
    title: 'No such route',
    remedy: 'Check the path: /docs lists all routes.',
  },
  'order-not-found': {
    status: 404,
    title: 'No such order',
    remedy: 'Check the id: it is the one that the order was answered with.',
  },
  'payment-not-found': {
    status: 404,
    title: 'No such payment',
    remedy: 'Check the id: it is the one that the payment was answered with.',
  },
  'refund-not-found': {
    status: 404,
    title: 'No such refund of this payment',
    remedy: 'Check both ids: a refund is read below the payment that it gives back.',
  },
  'dead-letter-not-found': {
    status: 404,
    title: 'No such dead letter',
    remedy: 'Check service and id: GET /ops/failures lists those that wait.',
  },
  'redrive-not-found': {
    status: 404,
    title: 'No such redrive',
    remedy: 'Check service and id: they are those that the redrive was answered with.',
  },
  'return-not-found': {
    status: 404,
    title: 'No such return of this order',
    remedy: 'Check both ids: a return is read below the order that it belongs to.',
  },
  'product-not-found': {
    status: 404,
    title: 'No such product',
    remedy: 'Check the SKU, or create the product with PUT /v1/products/{sku}.',
  },
  'location-not-found': {
    status: 404,
    title: 'No such location',
    remedy: 'Check its name, or create the location with PUT /v1/locations/{location}.',
  },
  'import-not-found': {
    status: 404,
    title: 'No such import',
    remedy: 'Check the id: GET /v1/stock/imports lists those that there are.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This route has no such method',
    remedy: 'Use a method that /docs lists for this route.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request took too long to arrive',
    remedy: 'Repeat the request, and send it in one go.',
  },
  'order-not-payable': {
    status: 409,
    title: 'The order does not await a payment',
    remedy: 'Read the order: only one that is awaiting_payment can be paid.',
  },
  'order-not-cancellable': {
    status: 409,
    title: 'The order can no longer be cancelled',
    remedy:
      'Read the order: one that was rejected has nothing to give back, and what has left the house can only be returned.',
  },
  'order-not-changeable': {
    status: 409,
    title: 'The lines of the order can no longer be changed',
    remedy: 'Read the order: only one that is awaiting_payment, with no payment under way, can be changed.',
  },
  'order-change-refused': {
    status: 409,
    title: 'The new lines cannot be held, or cost another amount',
    remedy:
      'Read "reason" and "errors": the order is as it was. Send lines that are there, or the total as it is now.',
  },
  'order-not-fulfillable': {
    status: 409,
    title: 'The order cannot be fulfilled so',
    remedy:
      'Read the order: it must be confirmed, and no more of a line can leave than was ordered and has not left yet.',
  },
  'dead-letter-not-redrivable': {
    status: 409,
    title: 'Nothing more can be done about this dead letter',
    remedy:
      'Read it: what was discarded or redriven is done with, and what cannot be read can only be discarded.',
  },
  'redrive-in-progress': {
    status: 409,
    title: 'This service is redriving already',
    remedy: 'Wait until the redrive that is under way is done, or stop it.',
  },
  'order-not-returnable': {
    status: 409,
    title: 'These lines cannot come back',
    remedy: 'Read the order: no more of a line can come back than has left and has not come back yet.',
  },
  'too-many-notes': {
    status: 409,
    title: 'The order takes no more notes',
    remedy: 'Keep what is longer than that elsewhere, and note where.',
  },
  'payment-in-progress': {
    status: 409,
    title: 'Another payment for this order is under way',
    remedy: 'Wait until the payment that is under way has its outcome; then try again if it was declined.',
  },
  'payment-not-capturable': {
    status: 409,
    title: 'The payment cannot be captured',
    remedy:
      'Read the payment: one with manual capture that is authorized can be captured, once, up to its amount.',
  },
  'payment-not-voidable': {
    status: 409,
    title: 'The payment cannot be voided',
    remedy: 'Read the payment: one that is authorized can be voided; what is captured can be refunded.',
  },
  'payment-not-refundable': {
    status: 409,
    title: 'The payment has nothing that can be refunded',
    remedy: 'Read the payment: refundableAmount says what can still be refunded of one that is captured.',
  },
  'refund-too-large': {
    status: 409,
    title: 'The refund is more than what is left of the payment',
    remedy:
      'Refund at most the refundableAmount of the payment, or leave the amount out to refund all of it.',
  },
  'backorder-in-locations': {
    status: 409,
    title: 'A SKU that may be sold beyond what is there lies in one location',
    remedy: 'Set backorderLimit to 0 before the SKU lies in several locations; one that does cannot be owed.',
  },
  'stock-owed': {
    status: 409,
    title: 'What is owed cannot be counted',
    remedy:
      'Send what has come in as a delta with the reason "received"; count again when onHand is 0 or more.',
  },
  'stock-below-reserved': {
    status: 409,
    title: 'The stock would fall below what is reserved',
    remedy: 'Take away no more than what is available: what is reserved belongs to orders.',
  },
  'stock-limit-exceeded': {
    status: 409,
    title: 'The stock would exceed the largest quantity that can be counted',
    remedy: 'Check the quantity: together with what is there it is more than can be counted.',
  },
  'too-many-locations': {
    status: 409,
    title: 'The SKU would lie in too many locations',
    remedy: 'Use a location that it lies in already: GET /v1/stock/{sku} lists them.',
  },
  'version-mismatch': {
    status: 412,
    title: 'It has changed since you read it',
    remedy: 'Read it again, decide again, and send the new version in If-Match.',
  },
  'payload-too-large': {
    status: 413,
    title: 'The request body is too large',
    remedy: 'Send a smaller body.',
  },
  'uri-too-long': {
    status: 414,
    title: 'The request target is too long',
    remedy: 'Shorten the path or the query.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is of another type than this route takes',
    remedy: 'Send it in a type that the Accept header of the answer names, in UTF-8, and not compressed.',
  },
  'validation-failed': {
    status: 422,
    title: 'The request is not valid',
    remedy: 'Correct the fields that "errors" names.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'This Idempotency-Key was used with another request',
    remedy: 'Use a new key for a new request; repeat a request with the very same body.',
  },
  'if-match-missing': {
    status: 428,
    title: 'This request needs an If-Match header',
    remedy: 'Read it, and send its ETag in If-Match: the change is then made to what you have seen.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    remedy: 'Wait for the seconds that Retry-After says, and ask less often.',
  },
  'too-many-streams': {
    status: 429,
    title: 'Too many event streams are open',
    remedy: 'Close a stream that is not needed any more, or read GET /v1/orders/{id}/timeline instead.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The request headers are too large',
    remedy: 'Send fewer or shorter headers.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    remedy: 'Report the request id: the fault is logged with it.',
  },
  'service-unavailable': {
    status: 503,
    title: 'Try again shortly',
    remedy: 'The request has had no effect. Repeat it after the time in Retry-After.',
  },
  'outcome-unknown': {
    status: 504,
    title: 'The request was sent, but its outcome is not known yet',
    remedy:
      'The request may or may not have had its effect. Repeat it, with the same Idempotency-Key if it had one, to learn which.',
  },
} as const satisfies Record<string, { status: number; title: string; remedy: string }>;

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
