import { DEAD_LETTER_OPERATIONS } from '../dead-letters/dead-letter-operations.js';
import { KEY_PROBLEMS, type Operation, UNCHANGED } from '../http/operation.js';
import { IMPORT_OPERATIONS } from '../imports/import-operations.js';
import { LEDGER_OPERATIONS } from '../ledger/ledger-operations.js';
import { LOCATION_OPERATIONS } from '../locations/location-operations.js';
import { ORDER_CHANGE_OPERATIONS } from '../orders/order-change-operations.js';
import { ORDER_READING_OPERATIONS } from '../orders/order-reading-operations.js';
import { PAYMENT_OPERATIONS } from '../payments/payment-operations.js';
import { PRICE_OPERATIONS } from '../products/price-operations.js';
import { REPORT_OPERATIONS } from '../reports/report-operations.js';
import { RETURN_OPERATIONS } from '../returns/return-operations.js';
import { STOCK_OPERATIONS } from '../stock/stock-operations.js';
import { TEST_CLOCK_OPERATIONS } from '../test-clock/test-clock-operations.js';
import { WEBHOOK_OPERATIONS } from '../webhooks/webhook-operations.js';

export const OPERATIONS: readonly Operation[] = [
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
  ...ORDER_READING_OPERATIONS,
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
  ...ORDER_CHANGE_OPERATIONS,
  ...RETURN_OPERATIONS,
  ...PAYMENT_OPERATIONS,
  ...LEDGER_OPERATIONS,
  ...TEST_CLOCK_OPERATIONS,
  {
    method: 'put',
    path: '/v1/products/{sku}',
    id: 'putProduct',
    tag: 'Products',
    summary: 'Create or replace a product',
    description:
      'Amounts are integers in minor units: 1999 is 19.99 EUR, 1999 JPY or 1.999 KWD. An order is priced in its own ' +
      'currency: that of `price`, or one of `prices`. With `If-None-Match: *` it is only created, with `If-Match` only ' +
      'replaced: else 412.',
    parameters: ['Sku', 'IfMatch', 'IfNoneMatchAny'],
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
    query: 'ListQuery',
    answers: [{ status: 200, description: 'A page of products.', schema: 'ProductPage' }],
    problems: ['cursor-invalid'],
  },
  {
    method: 'post',
    path: '/v1/stock/{sku}/adjustments',
    id: 'adjustStock',
    tag: 'Stock',
    summary: 'Change what is on hand',
    description:
      'Either by `delta`, or to a `countedQuantity` with the reason `counted`, in `main` or in the `location` that it names.',
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
    problems: [
      ...KEY_PROBLEMS,
      'product-not-found',
      'location-not-found',
      'stock-below-reserved',
      'stock-limit-exceeded',
      'stock-owed',
      'backorder-in-locations',
      'too-many-locations',
    ],
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
  ...DEAD_LETTER_OPERATIONS,
  ...STOCK_OPERATIONS,
  ...LOCATION_OPERATIONS,
  ...PRICE_OPERATIONS,
  ...IMPORT_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...REPORT_OPERATIONS,
];
