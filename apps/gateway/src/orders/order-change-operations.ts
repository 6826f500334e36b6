import { type Operation } from '../http/operation.js';

/** Other lines for an order that awaits its payment. */
export const ORDER_CHANGE_OPERATIONS: readonly Operation[] = [
  {
    method: 'put',
    path: '/v1/orders/{id}/lines',
    id: 'changeOrderLines',
    tag: 'Orders',
    summary: 'Replace the lines of an order that awaits payment',
    description:
      'All or nothing: the new lines are held and priced anew in one step, or the order is as it was. The hold ends when it ' +
      'would have ended before, and adjustments stay. Waits up to 2.5 s for the stock, or as long as `Prefer: wait=N` says.',
    parameters: ['OrderId', 'IfMatchNeeded', 'Prefer'],
    body: 'LinesRequest',
    answers: [
      {
        status: 200,
        description: 'The order with its new lines.',
        schema: 'OrderView',
        headers: ['ETag', 'Preference-Applied'],
      },
      {
        status: 202,
        description:
          'The stock has not answered yet, or its answer was not heard: read the order to see how it went.',
        schema: 'OrderView',
        headers: ['ETag', 'Preference-Applied'],
      },
    ],
    problems: [
      'order-not-found',
      'order-not-changeable',
      'order-change-refused',
      'version-mismatch',
      'if-match-missing',
    ],
  },
];
