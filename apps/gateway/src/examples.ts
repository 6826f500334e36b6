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

const salesRow = {
  day: '2026-11-23',
  sku: null,
  orders: 2,
  cancelledOrders: 0,
  units: 3,
  returnedUnits: 0,
  gross: { amount: 5997, currency: 'EUR' },
  returned: price,
  net: total,
};

const cloudEvent = {
  specversion: '1.0',
  id: 'msg_01kaqyj5mpe2w9x4t7r0v3b6nf.0',
  source: '/waybill/order',
  type: 'order.confirmed.v1',
  subject: order,
  time: updatedAt,
  datacontenttype: 'application/json',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  data: { orderId: order, total },
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
  SalesReport: {
    from: '2026-11-01',
    to: '2026-11-30',
    by: 'day',
    asOf: updatedAt,
    data: [salesRow],
    nextCursor: null,
  },
  SalesRebuild: { status: 'building', messages: 120_000, counted: 51_200 },
  EventPage: { data: [cloudEvent], nextCursor: null },
};
