/** What the API reference shows, by the name of its schema. Tests hold each one to its schema. */
const price = { amount: 1999, currency: 'EUR' };
const total = { amount: 3998, currency: 'EUR' };
const order = 'ord_01kaqyj5m8e2w9x4t7r0v3b6nd';
const payment = 'pay_01kaqyj5m8e2w9x4t7r0v3b6ne';
const createdAt = '2026-11-23T10:00:00.000Z';
const updatedAt = '2026-11-23T10:00:00.041Z';
const stock = {
  sku: 'TEA-001',
  onHand: 120,
  reserved: 2,
  available: 118,
  version: 7,
  locations: [
    { location: 'main', onHand: 100, reserved: 2, available: 98 },
    { location: 'north', onHand: 20, reserved: 0, available: 20 },
  ],
};
const product = {
  sku: 'TEA-001',
  name: 'Sencha',
  price,
  prices: [{ amount: 330, currency: 'JPY' }],
  active: true,
  version: 1,
  stock,
  createdAt,
  updatedAt,
};

const letter = {
  id: 'msg_01kaqyj5m8e2w9x4t7r0v3b6nf',
  service: 'order',
  status: 'dead',
  queue: 'order.events',
  source: 'stock',
  reason: 'defect',
  cause: '5d41402abc4b',
  type: 'stock.commit_refused.v1',
  error: 'stock.commit_refused.v1 reached ord_01kaqyj5m8e2w9x4t7r0v3b6nd, which is fulfilled',
  attempts: 1,
  failedAt: updatedAt,
};
const redrive = {
  id: 'rdv_01kaqyj5m8e2w9x4t7r0v3b6ng',
  service: 'order',
  status: 'canary',
  actor: 'operator',
  cause: letter.cause,
  perSecond: 10,
  redriven: 1,
  left: 41,
  stoppedBecause: null,
  begunAt: updatedAt,
};

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

const movement = {
  sku: 'TEA-001',
  version: 7,
  reason: 'reserved',
  onHandDelta: 0,
  reservedDelta: 2,
  orderId: order,
  adjustmentId: null,
  locations: [{ location: 'main', onHandDelta: 0, reservedDelta: 2 }],
  at: createdAt,
};

const north = { location: 'north', name: 'Warehouse north', createdAt };

const importView = {
  id: 'imp_01kaqyj5m8e2w9x4t7r0v3b6nm',
  status: 'finished',
  format: 'csv',
  rowsRead: 3,
  rowsApplied: 2,
  rowsFailed: 1,
  faults: [{ field: 'price', count: 1 }],
  startedAt: createdAt,
  updatedAt,
  finishedAt: updatedAt,
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
  ProductRequest: { name: 'Sencha', price, prices: [{ amount: 330, currency: 'JPY' }], active: true },
  ProductView: product,
  ProductPage: { data: [product], nextCursor: null },
  AdjustmentRequest: { delta: 100, reason: 'received' },
  PricePage: {
    data: [
      {
        currency: 'JPY',
        amount: 330,
        version: 9,
        from: updatedAt,
        requestId: 'req_01kaqyj5m6e2w9x4t7r0v3b6nh',
      },
      {
        currency: 'EUR',
        amount: 1999,
        version: 1,
        from: createdAt,
        requestId: 'req_01kaqyj5m6e2w9x4t7r0v3b6ng',
      },
    ],
    nextCursor: null,
  },
  StockLevelView: stock,
  FailurePage: { data: [letter], nextCursor: null },
  FailureGroupPage: {
    data: [
      {
        service: 'order',
        cause: letter.cause,
        reason: letter.reason,
        type: letter.type,
        error: letter.error,
        count: 42,
        firstAt: createdAt,
        lastAt: updatedAt,
        example: letter.id,
      },
    ],
    nextCursor: null,
  },
  DeadLetterView: {
    ...letter,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    stack: 'Error: stock.commit_refused.v1 reached ord_01kaqyj5m8e2w9x4t7r0v3b6nd, which is fulfilled',
    body: '[{"id":"msg_01kaqyj5m8e2w9x4t7r0v3b6nh.0","type":"stock.commit_refused.v1"}]',
    actions: [],
  },
  DiscardRequest: { reason: 'counted by hand, the goods are there' },
  RedriveRequest: { cause: letter.cause, perSecond: 10, canary: true },
  RedriveView: redrive,
  LocationRequest: { name: 'Warehouse north' },
  LocationView: north,
  LocationPage: { data: [north], nextCursor: null },
  TransferRequest: { from: 'main', to: 'north', quantity: 20 },
  SettingsRequest: { safetyStock: 5, lowStockThreshold: 20 },
  SettingsView: { sku: 'TEA-001', safetyStock: 5, lowStockThreshold: 20, version: 8 },
  MovementPage: { data: [movement], nextCursor: null },
  ReservationPage: {
    data: [
      { orderId: order, sku: 'TEA-001', quantity: 2, status: 'held', expiresAt: '2026-11-23T10:15:00.014Z' },
    ],
    nextCursor: null,
  },
  ImportView: importView,
  ImportPage: { data: [importView], nextCursor: null },
  ImportErrorPage: {
    data: [{ line: 3, field: 'price', detail: 'must be an integer number' }],
    nextCursor: null,
  },
  ClockAdvance: { seconds: 900 },
  ClockView: { now: updatedAt },
  WebhookBody: { type: 'payment.action_settled', timestamp: updatedAt, data: { paymentId: payment } },
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
