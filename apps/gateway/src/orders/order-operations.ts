import { KEY_PROBLEMS, type Operation, UNCHANGED } from '../http/operation.js';

export const ORDER_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/orders',
    id: 'placeOrder',
    tag: 'Orders',
    summary: 'Place an order',
    description:
      'Prices come from the catalogue. Without `payment` the order stops at `awaiting_payment` with its stock held ' +
      'until `expiresAt`. Answers at once with the status `pending`; with `Prefer: wait=N` when the order has settled, ' +
      'or when its payment needs the customer: read the payment that `paymentId` names for its `nextAction`.',
    parameters: ['IdempotencyKey', 'Prefer'],
    body: 'OrderRequest',
    answers: [
      {
        status: 201,
        description: 'The order is accepted, or was by an earlier request with this key.',
        schema: 'OrderView',
        headers: ['Location', 'ETag', 'Idempotency-Replayed', 'Preference-Applied'],
      },
    ],
    problems: KEY_PROBLEMS,
  },
  {
    method: 'get',
    path: '/v1/orders',
    id: 'listOrders',
    tag: 'Orders',
    summary: 'List orders, newest first',
    description:
      'All filters together must hold. A page looks at 20 000 orders at most: when few of them match it may have fewer than ' +
      '`limit`, even none, and there is more as long as `nextCursor` is not null. A `paymentId` finds the order of any of its ' +
      'payments, also of one that was declined; that needs `payments:read` or `payments:write` as well.',
    parameters: [],
    query: 'OrdersQuery',
    answers: [{ status: 200, description: 'A page of orders.', schema: 'OrderPage' }],
    problems: ['cursor-invalid'],
  },
  {
    method: 'get',
    path: '/v1/orders/{id}',
    id: 'getOrder',
    tag: 'Orders',
    summary: 'Read one order',
    description:
      'With `expand=payments,timeline`, or one of them, also its payments, newest first, and every step that it took. ' +
      'Its payments need the scope `payments:read` or `payments:write` as well. ' +
      'The ETag of an order is its version. An expanded answer can change while the order does not, so its ETag is made ' +
      'from all that it shows: send it in If-None-Match. If-Match takes the `version`.',
    parameters: ['OrderId', 'IfNoneMatch'],
    query: 'OrderQuery',
    answers: [
      { status: 200, description: 'The order.', schema: 'ExpandedOrder', headers: ['ETag'] },
      UNCHANGED,
    ],
    problems: ['order-not-found'],
  },
  {
    method: 'post',
    path: '/v1/orders/{id}/cancel',
    id: 'cancelOrder',
    tag: 'Orders',
    summary: 'Cancel an order',
    description:
      'Before the payment, during it and after it: money that was taken or set aside goes back, and so does the stock. ' +
      'Both follow the answer; `GET /v1/payments/{id}` shows when the money is back. Of an order of which something has left, ' +
      'what has not is cancelled: it ends as `fulfilled`, with a `cancelledQuantity` per line. Cancelling again changes nothing.',
    parameters: ['OrderId', 'IfMatchAny'],
    answers: [
      {
        status: 202,
        description: 'The order, or what was left of it, is cancelled.',
        schema: 'OrderView',
        headers: ['ETag'],
      },
    ],
    problems: ['order-not-found', 'order-not-cancellable', 'version-mismatch'],
  },
  {
    method: 'post',
    path: '/v1/orders/{id}/fulfil',
    id: 'fulfilOrder',
    tag: 'Orders',
    summary: 'Say that some or all of an order has left',
    description:
      'Without `lines`, or without a body, everything leaves that has not left yet. When nothing is left the order is `fulfilled`. ' +
      'A payment that is only authorized is captured when the first of it leaves; that follows the answer. ' +
      'What has left can only be returned.',
    parameters: ['OrderId', 'IdempotencyKey', 'IfMatchAny'],
    body: 'Shipment',
    bodyOptional: true,
    answers: [
      {
        status: 200,
        description: 'The order, with what has left of each line.',
        schema: 'OrderView',
        headers: ['ETag', 'Idempotency-Replayed'],
      },
    ],
    problems: [...KEY_PROBLEMS, 'order-not-found', 'order-not-fulfillable', 'version-mismatch'],
  },
  {
    method: 'get',
    path: '/v1/orders/{id}/timeline',
    id: 'getTimeline',
    tag: 'Orders',
    summary: 'Read every step that an order took',
    parameters: ['OrderId'],
    answers: [{ status: 200, description: 'The steps, in the order of versions.', schema: 'OrderTimeline' }],
    problems: ['order-not-found'],
  },
  {
    method: 'post',
    path: '/v1/orders/{id}/notes',
    id: 'addNote',
    tag: 'Orders',
    summary: 'Write a note about an order',
    description:
      'For staff, in whatever state the order is. The note becomes an entry of the timeline, with the next version of the ' +
      'order, its text and the name of the key that wrote it in `detail.note`. Nothing else of the order changes. ' +
      'Card numbers are refused.',
    parameters: ['OrderId', 'IdempotencyKey'],
    body: 'NoteRequest',
    answers: [
      {
        status: 201,
        description: 'The entry of the timeline, or that of an earlier request with this key.',
        schema: 'TimelineEntry',
        headers: ['Location', 'ETag', 'Idempotency-Replayed'],
      },
    ],
    problems: [...KEY_PROBLEMS, 'order-not-found', 'too-many-notes'],
  },
];
