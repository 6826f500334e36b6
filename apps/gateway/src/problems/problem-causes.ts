import { type ErrorCode } from '#contracts';

/** How a client comes to meet each refusal; the remedies stand beside the codes, in errors.ts of the contracts. */
export const CAUSES: Readonly<Record<ErrorCode, string>> = {
  'malformed-request': 'The bytes are no HTTP request, or the body is no JSON in UTF-8.',
  'idempotency-key-missing':
    'This route creates something or moves money or stock. Without a key, a repeat after a lost answer would do it twice.',
  'idempotency-key-invalid':
    'The Idempotency-Key header is empty, too long, sent twice, or has characters beyond ASCII.',
  'cursor-invalid':
    'The cursor was changed on its way, belongs to another list, or is used with other filters than the page before.',
  unauthorized:
    'There is no Authorization header, it has another scheme than Bearer, or the key is unknown or revoked.',
  'webhook-signature-invalid':
    'A signature header is missing or sent twice, the body was changed on its way, the secret is another one, or the time is off. Nothing was stored.',
  forbidden: 'The key is known, but its scopes do not include what this route needs.',
  'route-not-found': 'There is nothing at this path.',
  'order-not-found': 'No order has this id.',
  'payment-not-found': 'No payment has this id.',
  'dead-letter-not-found': 'The service has no dead letter with this id.',
  'redrive-not-found': 'The service has no redrive with this id.',
  'dead-letter-not-redrivable':
    'It was discarded, or sent back already; or its bytes cannot be read, so that no service would understand them.',
  'redrive-in-progress': 'A service sends its dead letters back in one redrive at a time.',
  'product-not-found': 'No product has this SKU.',
  'location-not-found': 'Nobody has created a location of this name. "main" is always there.',
  'import-not-found': 'No import has this id.',
  'method-not-allowed': 'The path exists, but not with this method. The Allow header lists those that do.',
  'request-timeout': 'Headers or body did not arrive in full within the time that a request may take.',
  'order-not-payable': 'The order is paid already, still being reserved, or has ended without a payment.',
  'order-not-cancellable': 'The order was rejected, or all of it has left the house.',
  'order-not-fulfillable':
    'The order is not confirmed, or more of a line would leave than was ordered and has not left yet.',
  'order-not-changeable':
    'The order is not waiting for a payment, or a payment or another change of it is under way.',
  'order-change-refused':
    'A product is missing, inactive or out of stock, the hold has run out, or the total is not the expected one.',
  'if-match-missing': 'Without If-Match the request could overwrite a change that you have not seen.',
  'order-not-returnable':
    'More of a line would come back than has left, or all that has left is back already.',
  'return-not-found': 'This order has no return with this id.',
  'too-many-notes': 'The timeline of the order has 1 000 entries already.',
  'payment-in-progress': 'An earlier payment for this order has not been approved or declined yet.',
  'payment-not-capturable':
    'The payment is not one that is authorized and waits for its capture, or has less.',
  'payment-not-voidable': 'Nothing is set aside by this payment that could be let go.',
  'payment-not-refundable': 'Nothing was captured, or all of it has gone back already.',
  'refund-not-found': 'This payment has no refund with this id.',
  'refund-too-large': 'Together with the refunds before it, it would give back more than was captured.',
  'backorder-in-locations':
    'The level of a SKU that is sold before it is there may be below zero, and no location can hold that.',
  'stock-owed': 'More of this SKU is sold than there is: onHand is below zero, and nobody can count that.',
  'stock-below-reserved':
    'The change would leave less on hand than what is already promised to orders. Nothing was changed.',
  'stock-limit-exceeded': 'The sum of what is there and what was added is too large to be counted exactly.',
  'too-many-locations':
    'A SKU lies in a limited number of locations, also where its level has gone back to 0.',
  'version-mismatch':
    'Somebody else changed it: its version is no longer the one in If-Match, or, with `If-None-Match: *`, it is there already.',
  'payload-too-large': 'The body has more bytes than a request may have.',
  'uri-too-long': 'The path, or a part of it, is longer than any that exists.',
  'unsupported-media-type':
    'The body is compressed, or its Content-Type is none that this route takes: most take application/json.',
  'validation-failed':
    'A field is missing, unknown, or not what it must be. "errors" names each by JSON pointer. Nothing was changed.',
  'idempotency-key-reused': 'This key came before, with another body or for another path.',
  'rate-limited':
    'The caller has used up its quota. The RateLimit-Policy header says how much there is, RateLimit what is left.',
  'too-many-streams':
    'The caller has as many event streams open at this gateway as one may have. "limit" says how many.',
  'headers-too-large': 'All headers together are larger than a request may have.',
  'internal-error': 'A defect of ours. The request may or may not have had its effect.',
  'service-unavailable': 'A service behind the API is down, starting or overloaded, or this gateway is.',
  'outcome-unknown': 'The request was handed on, and no answer came in time.',
};
