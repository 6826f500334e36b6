import { KEY_PROBLEMS, type Operation, UNCHANGED } from '../http/operation.js';

const WAITS =
  'Waits up to 2.5 s for the outcome, or as long as `Prefer: wait=N` says; one that is not known by then settles by itself. ';

const INDIVISIBLE =
  'An amount that the payment provider does not move to the last unit is refused with 422, also one that is all there is: send another. ';

/** Paying, what can be done with a payment that there is, and what can be read about it. */
export const PAYMENT_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/payments',
    id: 'payOrder',
    tag: 'Payments',
    summary: 'Pay an order that awaits payment',
    description:
      'Waits up to 2.5 s for the outcome, or as long as `Prefer: wait=N` says. A payment whose outcome is not known ' +
      'by then has the status `requested` or `unknown` and settles by itself. One that `requires_action` needs the ' +
      'customer: send her to `nextAction.url` before `expiresAt`. Cancelling the order calls that off.',
    parameters: ['IdempotencyKey', 'Prefer'],
    body: 'PaymentOrder',
    answers: [
      {
        status: 201,
        description: 'The payment is under way, or was by an earlier request with this key.',
        schema: 'PaymentView',
        headers: ['Location', 'ETag', 'Idempotency-Replayed', 'Preference-Applied'],
      },
    ],
    problems: [...KEY_PROBLEMS, 'order-not-found', 'order-not-payable', 'payment-in-progress'],
  },
  {
    method: 'get',
    path: '/v1/payments/{id}',
    id: 'getPayment',
    tag: 'Payments',
    summary: 'Read one payment',
    parameters: ['PaymentId', 'IfNoneMatch'],
    answers: [
      { status: 200, description: 'The payment.', schema: 'PaymentView', headers: ['ETag'] },
      UNCHANGED,
    ],
    problems: ['payment-not-found'],
  },
  {
    method: 'get',
    path: '/v1/payments',
    id: 'listPayments',
    tag: 'Payments',
    summary: 'List the payments of an order, newest first',
    parameters: [],
    query: 'PaymentsQuery',
    answers: [{ status: 200, description: 'A page of payments.', schema: 'PaymentPage' }],
    problems: ['order-not-found', 'cursor-invalid'],
  },
  {
    method: 'post',
    path: '/v1/payments/{id}/capture',
    id: 'capturePayment',
    tag: 'Payments',
    summary: 'Capture an authorized payment, all of it or a part',
    description:
      `Once: what is not captured is released. ${INDIVISIBLE}${WAITS}Until then the status stays \`authorized\`. ` +
      'Capturing the same amount again changes nothing.',
    parameters: ['PaymentId', 'IfMatchAny', 'Prefer'],
    body: 'CaptureRequest',
    bodyOptional: true,
    answers: [
      {
        status: 200,
        description: 'The payment as it now stands.',
        schema: 'PaymentView',
        headers: ['ETag', 'Preference-Applied'],
      },
    ],
    problems: ['payment-not-found', 'payment-not-capturable', 'version-mismatch'],
  },
  {
    method: 'post',
    path: '/v1/payments/{id}/void',
    id: 'voidPayment',
    tag: 'Payments',
    summary: 'Let go of an authorized payment',
    description:
      `Its order is cancelled, and its stock goes back. ${WAITS}Until then the status stays \`authorized\`. ` +
      'Voiding again changes nothing.',
    parameters: ['PaymentId', 'IfMatchAny', 'Prefer'],
    answers: [
      {
        status: 200,
        description: 'The payment as it now stands.',
        schema: 'PaymentView',
        headers: ['ETag', 'Preference-Applied'],
      },
    ],
    problems: ['payment-not-found', 'payment-not-voidable', 'version-mismatch'],
  },
  {
    method: 'post',
    path: '/v1/payments/{id}/refunds',
    id: 'refundPayment',
    tag: 'Payments',
    summary: 'Refund a captured payment, all that is left of it or a part',
    description:
      `The order stays as it is: to give everything up, cancel the order. ${INDIVISIBLE}${WAITS}Until then the refund is \`requested\` or ` +
      '`unknown`, and its amount cannot be refunded twice. The payment keeps the status `captured`: ' +
      '`refundedAmount` says how much of it went back, `refundableAmount` how much still can.',
    parameters: ['PaymentId', 'IdempotencyKey', 'Prefer'],
    body: 'RefundRequest',
    bodyOptional: true,
    answers: [
      {
        status: 201,
        description: 'The refund is under way, or was by an earlier request with this key.',
        schema: 'RefundView',
        headers: ['Location', 'Idempotency-Replayed', 'Preference-Applied'],
      },
    ],
    problems: [...KEY_PROBLEMS, 'payment-not-found', 'payment-not-refundable', 'refund-too-large'],
  },
  {
    method: 'get',
    path: '/v1/payments/{id}/refunds',
    id: 'listRefunds',
    tag: 'Payments',
    summary: 'List the refunds of a payment, oldest first',
    description: 'With the one that cancelling its order made, if any.',
    parameters: ['PaymentId'],
    query: 'ListQuery',
    answers: [{ status: 200, description: 'A page of refunds.', schema: 'RefundPage' }],
    problems: ['payment-not-found', 'cursor-invalid'],
  },
  {
    method: 'get',
    path: '/v1/payments/{id}/refunds/{refundId}',
    id: 'getRefund',
    tag: 'Payments',
    summary: 'Read one refund',
    parameters: ['PaymentId', 'RefundId'],
    answers: [{ status: 200, description: 'The refund.', schema: 'RefundView' }],
    problems: ['refund-not-found'],
  },
  {
    method: 'get',
    path: '/v1/payments/{id}/ledger',
    id: 'getLedger',
    tag: 'Payments',
    summary: 'Read the postings of a payment, oldest first',
    description:
      'Double entry: the two postings of a journal stand together, and balance. `limit` counts journals. ' +
      'An authorization posts nothing, for no money moves.',
    parameters: ['PaymentId'],
    query: 'ListQuery',
    answers: [{ status: 200, description: 'A page of postings.', schema: 'LedgerPage' }],
    problems: ['payment-not-found', 'cursor-invalid'],
  },
];
