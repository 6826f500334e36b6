import { KEY_PROBLEMS, type Operation } from '../http/operation.js';

/** Goods that come back. */
export const RETURN_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/orders/{id}/returns',
    id: 'returnOrder',
    tag: 'Orders',
    summary: 'Take back some of what has left',
    description:
      'The money of these lines goes back, and they go back into the stock unless `restock` is false; both follow the ' +
      'answer, once. `amount` is their share of what the goods cost, with discounts and taxes but without shipping; never ' +
      'more goes back than is left of the payment.',
    parameters: ['OrderId', 'IdempotencyKey', 'IfMatchAny'],
    body: 'ReturnRequest',
    answers: [
      {
        status: 201,
        description:
          'The return is taken, or was by an earlier request with this key. The ETag is that of the order.',
        schema: 'ReturnView',
        headers: ['Location', 'ETag', 'Idempotency-Replayed'],
      },
    ],
    problems: [...KEY_PROBLEMS, 'order-not-found', 'order-not-returnable', 'version-mismatch'],
  },
  {
    method: 'get',
    path: '/v1/orders/{id}/returns/{returnId}',
    id: 'getReturn',
    tag: 'Orders',
    summary: 'Read one return',
    parameters: ['OrderId', 'ReturnId'],
    answers: [{ status: 200, description: 'The return.', schema: 'ReturnView' }],
    problems: ['return-not-found'],
  },
  {
    method: 'get',
    path: '/v1/orders/{id}/returns',
    id: 'listReturns',
    tag: 'Orders',
    summary: 'List the returns of an order, oldest first',
    parameters: ['OrderId'],
    query: 'ListQuery',
    answers: [{ status: 200, description: 'A page of returns.', schema: 'ReturnPage' }],
    problems: ['order-not-found', 'cursor-invalid'],
  },
];
