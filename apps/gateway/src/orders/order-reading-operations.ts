import { KEY_PROBLEMS, type Operation, UNCHANGED } from '../http/operation.js';

/** What can be read about one order, and the notes that stand beside it. */
export const ORDER_READING_OPERATIONS: readonly Operation[] = [
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
    method: 'get',
    path: '/v1/orders/{id}/events',
    id: 'followOrder',
    tag: 'Orders',
    summary: 'Follow an order, step by step',
    description:
      'Server-sent events: every entry of the timeline as `data`, with its version as `id`, those there are and then each ' +
      'new one as it happens. With `Last-Event-ID` only what came after that version. The stream ends, with an event ' +
      'named `end`, when the order is `confirmed`, `fulfilled`, `rejected` or `cancelled`, for then nothing more is ' +
      'waited for; one that is `awaiting_payment` goes on. Who connects again afterwards with the last id gets 204, ' +
      'which keeps browsers from asking again, or the steps that came later. A comment every 15 seconds keeps the ' +
      'connection open. Who does not read is cut off after 30 seconds, and can go on with `Last-Event-ID`.',
    parameters: ['OrderId', 'LastEventId'],
    answers: [
      {
        status: 200,
        description: 'The steps, as they happen.',
        type: 'text/event-stream',
        schema: 'OrderEvents',
      },
      { status: 204, description: 'The order has settled, and the client has seen every step.' },
    ],
    problems: ['order-not-found', 'too-many-streams'],
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
