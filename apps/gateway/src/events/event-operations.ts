import { type Operation } from '../http/operation.js';

/** One order, as it goes on; and whatever has happened. */
export const EVENT_OPERATIONS: readonly Operation[] = [
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
    method: 'get',
    path: '/v1/events',
    id: 'listEvents',
    tag: 'Events',
    summary: 'List what has happened, oldest first',
    description:
      'The last 30 days, unless configured otherwise, in the shape of CloudEvents 1.0. Nothing ever appears before what was ' +
      'read: to go on later, ask for what is `after` the last event that you have. ' +
      'What each type says is in docs/messages.md.',
    parameters: [],
    query: 'EventsQuery',
    answers: [{ status: 200, description: 'A page of events.', schema: 'EventPage' }],
    problems: ['cursor-invalid'],
  },
];
