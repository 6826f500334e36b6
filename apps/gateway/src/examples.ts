/** What the API reference shows, by the name of its schema. Tests hold each one to its schema. */
const price = { amount: 1999, currency: 'EUR' };
const total = { amount: 3998, currency: 'EUR' };
const order = 'ord_01kaqyj5m8e2w9x4t7r0v3b6nd';
const payment = 'pay_01kaqyj5m8e2w9x4t7r0v3b6ne';
const createdAt = '2026-11-23T10:00:00.000Z';
const updatedAt = '2026-11-23T10:00:00.041Z';
const stock = { sku: 'TEA-001', onHand: 120, reserved: 2, available: 118, version: 7 };
const product = {
  sku: 'TEA-001',
  name: 'Sencha',
  price,
  active: true,
  version: 1,
  stock,
  createdAt,
  updatedAt,
};

const orderView = {
  id: order,
  status: 'confirmed',
  version: 5,
  customerId: 'cus_42',
  currency: 'EUR',
  lines: [{ sku: 'TEA-001', name: 'Sencha', quantity: 2, fulfilledQuantity: 0, unitPrice: price, total }],
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

export const EXAMPLES: Readonly<Record<string, object>> = {
  OrderRequest: {
    customerId: 'cus_42',
    currency: 'EUR',
    lines: [{ sku: 'TEA-001', quantity: 2 }],
    payment: { method: 'tok_visa', capture: 'automatic' },
    expectedTotal: total,
    metadata: { channel: 'web' },
  },
  OrderView: orderView,
  OrderPage: { data: [orderView], nextCursor: null },
  Shipment: { lines: [{ sku: 'TEA-001', quantity: 1 }], carrier: 'Post', trackingNumber: 'LX 1234 5678' },
  OrderTimeline: { data: [step] },
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
  ProductRequest: { name: 'Sencha', price, active: true },
  ProductView: product,
  ProductPage: { data: [product], nextCursor: null },
  AdjustmentRequest: { delta: 100, reason: 'received' },
  StockLevelView: stock,
  WebhookBody: { type: 'payment.action_settled', timestamp: updatedAt, data: { paymentId: payment } },
};
