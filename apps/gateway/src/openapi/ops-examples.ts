import { createdAt, order, payment, price, total, updatedAt } from './example-values.js';

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

/** Of operations, reports, events and the sandbox. */
export const OPS_EXAMPLES = {
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
