import { createdAt, order, payment, price, total, updatedAt } from './example-values.js';
import { OPS_EXAMPLES } from './ops-examples.js';
import { STOCK_EXAMPLES } from './stock-examples.js';

const orderView = {
  id: order,
  status: 'confirmed',
  version: 5,
  customerId: 'cus_42',
  currency: 'EUR',
  lines: [
    {
      sku: 'TEA-001',
      name: 'Sencha',
      quantity: 2,
      fulfilledQuantity: 0,
      cancelledQuantity: 0,
      returnedQuantity: 0,
      unitPrice: price,
      total,
    },
  ],
  adjustments: [],
  total,
  paymentId: payment,
  reason: null,
  expiresAt: null,
  metadata: { channel: 'web' },
  createdAt,
  updatedAt,
};

const step = {
  version: 2,
  at: '2026-11-23T10:00:00.014Z',
  from: 'pending',
  to: 'pending',
  cause: 'stock.reserved.v1',
  service: 'stock',
  messageId: 'msg_01kaqyj5mpe2w9x4t7r0v3b6nf.0',
  causationId: 'msg_01kaqyj5mce2w9x4t7r0v3b6ng.0',
  requestId: 'req_01kaqyj5m6e2w9x4t7r0v3b6nh',
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  detail: null,
};

const paymentView = {
  id: payment,
  orderId: order,
  status: 'captured',
  version: 3,
  amount: total,
  capturedAmount: 3998,
  refundedAmount: 0,
  refundableAmount: 3998,
  method: 'tok_visa',
  capture: 'automatic',
  declineCode: null,
  nextAction: null,
  expiresAt: null,
  createdAt,
  updatedAt,
};

const refundView = {
  id: 'ref_01kaqyj5m8e2w9x4t7r0v3b6nk',
  paymentId: payment,
  status: 'succeeded',
  amount: price,
  reason: 'one of two was damaged',
  createdAt,
  updatedAt,
};

const returnView = {
  id: 'ret_01kaqyj5m8e2w9x4t7r0v3b6nm',
  orderId: order,
  lines: [{ sku: 'TEA-001', quantity: 1 }],
  amount: price,
  refundId: 'ref_01kaqyj5m8e2w9x4t7r0v3b6nm',
  reason: 'arrived damaged',
  restock: false,
  createdAt,
};

/** What the API reference shows, by the name of its schema. Tests hold each one to its schema. */
export const EXAMPLES: Readonly<Record<string, object | string>> = {
  OrderRequest: {
    customerId: 'cus_42',
    currency: 'EUR',
    lines: [{ sku: 'TEA-001', quantity: 2 }],
    adjustments: [{ kind: 'shipping', name: 'Standard', amount: 490 }],
    payment: { method: 'tok_visa', capture: 'automatic' },
    expectedTotal: { amount: 4488, currency: 'EUR' },
    metadata: { channel: 'web' },
  },
  OrderView: orderView,
  ExpandedOrder: { ...orderView, payments: [paymentView], timeline: [step] },
  OrderPage: { data: [orderView], nextCursor: null },
  Shipment: { lines: [{ sku: 'TEA-001', quantity: 1 }], carrier: 'Post', trackingNumber: 'LX 1234 5678' },
  LinesRequest: {
    lines: [{ sku: 'TEA-001', quantity: 3 }],
    expectedTotal: { amount: 5997, currency: 'EUR' },
  },
  ReturnRequest: { lines: [{ sku: 'TEA-001', quantity: 1 }], reason: 'arrived damaged', restock: false },
  ReturnView: returnView,
  ReturnPage: { data: [returnView], nextCursor: null },
  OrderTimeline: { data: [step] },
  NoteRequest: { text: 'Customer asks for delivery after 17:00.' },
  TimelineEntry: {
    ...step,
    version: 6,
    from: 'confirmed',
    to: 'confirmed',
    cause: 'order.note.v1',
    service: 'gateway',
    detail: { note: { text: 'Customer asks for delivery after 17:00.', author: 'desk' } },
  },
  OrderEvents: `id: 2\ndata: ${JSON.stringify(step)}\n\n`,
  PaymentOrder: { orderId: order, method: 'tok_visa', capture: 'automatic' },
  PaymentView: paymentView,
  PaymentPage: { data: [paymentView], nextCursor: null },
  CaptureRequest: { amount: price },
  RefundRequest: { amount: price, reason: 'one of two was damaged' },
  RefundView: refundView,
  RefundPage: { data: [refundView], nextCursor: null },
  LedgerPage: {
    data: [
      { journal: 'capture', account: 'provider_clearing', debit: total, credit: null, at: updatedAt },
      { journal: 'capture', account: 'sales', debit: null, credit: total, at: updatedAt },
    ],
    nextCursor: null,
  },
  LedgerPeriodPage: {
    data: [
      {
        paymentId: paymentView.id,
        journal: 'capture',
        account: 'sales',
        debit: null,
        credit: total,
        at: updatedAt,
      },
    ],
    balances: [{ account: 'sales', currency: 'EUR', opening: 0, closing: -total.amount }],
    nextCursor: null,
  },
  TrialBalance: {
    at: updatedAt,
    accounts: [
      { account: 'provider_clearing', currency: 'EUR', balance: total.amount },
      { account: 'sales', currency: 'EUR', balance: -total.amount },
    ],
    totals: [{ currency: 'EUR', debit: total.amount, credit: total.amount, balance: 0 }],
  },
  ...STOCK_EXAMPLES,
  ...OPS_EXAMPLES,
};
