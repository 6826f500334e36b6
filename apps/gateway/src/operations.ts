import { KEY_PROBLEMS, type Operation, UNCHANGED } from './operation.js';
import { PAYMENT_OPERATIONS } from './payment-operations.js';
import { REPORT_OPERATIONS } from './report-operations.js';

export const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/orders',
    id: 'placeOrder',
    tag: 'Orders',
    summary: 'Place an order',
    description:
      'Prices come from the catalogue. Without `payment` the order stops at `awaiting_payment` with its stock held ' +
      'until `expiresAt`. Answers at once with the status `pending`; with `Prefer: wait=N` when the order has settled.',
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
    parameters: ['OrderId', 'IfNoneMatch'],
    answers: [{ status: 200, description: 'The order.', schema: 'OrderView', headers: ['ETag'] }, UNCHANGED],
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
      'Both follow the answer; `GET /v1/payments/{id}` shows when the money is back. Cancelling again changes nothing.',
    parameters: ['OrderId', 'IfMatch'],
    answers: [
      { status: 202, description: 'The order is cancelled.', schema: 'OrderView', headers: ['ETag'] },
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
      'Without `lines` everything leaves that has not left yet. When nothing is left the order is `fulfilled`. ' +
      'An order of which something has left can no longer be cancelled.',
    parameters: ['OrderId', 'IdempotencyKey', 'IfMatch'],
    body: 'Shipment',
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
    path: '/v1/payments',
    id: 'payOrder',
    tag: 'Payments',
    summary: 'Pay an order that awaits payment',
    description:
      'Waits up to 2.5 s for the outcome, or as long as `Prefer: wait=N` says. A payment whose outcome is not known ' +
      'by then has the status `requested` or `unknown` and settles by itself.',
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
  ...PAYMENT_OPERATIONS,
  {
    method: 'put',
    path: '/v1/products/{sku}',
    id: 'putProduct',
    tag: 'Products',
    summary: 'Create or replace a product',
    parameters: ['Sku', 'IfMatch'],
    body: 'ProductRequest',
    answers: [
      { status: 200, description: 'The product is replaced.', schema: 'ProductView', headers: ['ETag'] },
      {
        status: 201,
        description: 'The product is new.',
        schema: 'ProductView',
        headers: ['Location', 'ETag'],
      },
    ],
    problems: ['version-mismatch'],
  },
  {
    method: 'get',
    path: '/v1/products/{sku}',
    id: 'getProduct',
    tag: 'Products',
    summary: 'Read one product and its stock',
    description: 'The ETag is the version of the product’s own fields; its stock has a version of its own.',
    parameters: ['Sku'],
    answers: [{ status: 200, description: 'The product.', schema: 'ProductView', headers: ['ETag'] }],
    problems: ['product-not-found'],
  },
  {
    method: 'get',
    path: '/v1/products',
    id: 'listProducts',
    tag: 'Products',
    summary: 'List products by SKU',
    parameters: [],
    query: 'ProductsQuery',
    answers: [{ status: 200, description: 'A page of products.', schema: 'ProductPage' }],
    problems: ['cursor-invalid'],
  },
  {
    method: 'post',
    path: '/v1/stock/{sku}/adjustments',
    id: 'adjustStock',
    tag: 'Stock',
    summary: 'Change what is on hand',
    description: 'Either by `delta`, or to a `countedQuantity` with the reason `counted`.',
    parameters: ['Sku', 'IdempotencyKey'],
    body: 'AdjustmentRequest',
    answers: [
      {
        status: 201,
        description: 'The level after the change.',
        schema: 'StockLevelView',
        headers: ['Location', 'ETag', 'Idempotency-Replayed'],
      },
    ],
    problems: [...KEY_PROBLEMS, 'product-not-found', 'stock-below-reserved', 'stock-limit-exceeded'],
  },
  {
    method: 'get',
    path: '/v1/stock/{sku}',
    id: 'getStock',
    tag: 'Stock',
    summary: 'Read the stock of one SKU',
    parameters: ['Sku', 'IfNoneMatch'],
    answers: [
      { status: 200, description: 'The level.', schema: 'StockLevelView', headers: ['ETag'] },
      UNCHANGED,
    ],
    problems: ['product-not-found'],
  },
  ...REPORT_OPERATIONS,
];
