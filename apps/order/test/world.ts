import { type Outgoing, type PaymentRequest } from '#contracts';
import { type Decision } from '#loop';
import { orderRules } from '../src/decide.js';
import { type FactMessage, type OrderMessage } from '../src/messages.js';
import { type Order, type OrderState, type Step } from '../src/order.js';

export const ORDER = 'ord_00000000000000000000000001';
export const FIRST = 'pay_00000000000000000000000001';
export const SECOND = 'pay_00000000000000000000000002';
export const NOW = new Date('2026-01-01T00:00:00.000Z');
export const HOLD_ENDS = '2026-01-01T00:15:00.000Z';
export const AFTER_HOLD = new Date('2026-01-01T00:16:00.000Z');

export const rules = orderRules({ sagaTimeoutMs: 300_000 });
export const price = { amount: 250, currency: 'EUR' };
export const envelope = {
  id: 'msg_1.0',
  causationId: null,
  source: 'test',
  trace: { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, requestId: 'req_1' },
  attempt: 1,
  replyTo: 'gateway-1',
} as const;

export const message = (type: OrderMessage['type'], data: object): OrderMessage =>
  ({ ...envelope, type, data: { orderId: ORDER, ...data } }) as OrderMessage;

export const placement = (payment?: PaymentRequest, request: object = {}): OrderMessage =>
  message('order.place.v1', {
    paymentId: FIRST,
    notify: true,
    idempotency: { key: 'k1', fingerprint: 'f1' },
    request: {
      customerId: 'cus_1',
      currency: 'EUR',
      lines: [{ sku: 'TEA', quantity: 2 }],
      ...(payment && { payment }),
      ...request,
    },
  });

export const payment = (paymentId: string): object => ({
  paymentId,
  amount: { amount: 500, currency: 'EUR' },
});
export const MESSAGES = {
  reserved: message('stock.reserved.v1', {
    lines: [{ sku: 'TEA', name: 'Sencha', quantity: 2, unitPrice: price }],
    expiresAt: HOLD_ENDS,
  }),
  shortage: message('stock.rejected.v1', {
    code: 'out_of_stock',
    items: [{ sku: 'TEA', requested: 2, available: 1 }],
  }),
  expired: message('stock.expired.v1', {}),
  commitRefused: message('stock.commit_refused.v1', {}),
  captured: message('payment.captured.v1', payment(FIRST)),
  authorized: message('payment.authorized.v1', payment(FIRST)),
  declined: message('payment.declined.v1', { paymentId: FIRST, code: 'card_declined' }),
  refunded: message('payment.refunded.v1', { paymentId: FIRST }),
  voided: message('payment.voided.v1', { paymentId: FIRST }),
  asked: message('payment.action_required.v1', { paymentId: FIRST }),
  ended: message('payment.expired.v1', { paymentId: FIRST }),
  secondAsked: message('payment.action_required.v1', { paymentId: SECOND }),
  secondCaptured: message('payment.captured.v1', payment(SECOND)),
  secondAuthorized: message('payment.authorized.v1', payment(SECOND)),
  secondVoided: message('payment.voided.v1', { paymentId: SECOND }),
  secondDeclined: message('payment.declined.v1', { paymentId: SECOND, code: 'card_declined' }),
  pay: message('order.pay.v1', {
    paymentId: SECOND,
    notify: true,
    idempotency: { key: 'k2', fingerprint: 'f2' },
    payment: { method: 'tok_visa' },
  }),
  /** Of the deadline that the order has when it is told. */
  deadline: message('order.deadline_passed', {}),
  /** Found by a worker before the order went on to the deadline that it has now. */
  staleDeadline: message('order.deadline_passed', { deadlineAt: '2025-12-31T23:59:00.000Z' }),
  cancel: message('order.cancel.v1', {}),
  fulfil: message('order.fulfil.v1', { idempotency: { key: 'k3', fingerprint: 'f3' }, shipment: {} }),
  /** Of an order that was placed without a payment, and reserved. */
  change: message('order.change.v1', {
    expectedVersion: 2,
    changeId: 'evt_00000000000000000000000001',
    notify: true,
    request: { lines: [{ sku: 'TEA', quantity: 3 }] },
  }),
  changed: message('stock.changed.v1', {
    change: 3,
    lines: [{ sku: 'TEA', name: 'Sencha', quantity: 3, unitPrice: price }],
  }),
  changeRefused: message('stock.change_refused.v1', {
    change: 3,
    code: 'out_of_stock',
    items: [{ sku: 'TEA', requested: 3, available: 2 }],
  }),
  fulfilOne: message('order.fulfil.v1', {
    idempotency: { key: 'k4', fingerprint: 'f4' },
    shipment: { lines: [{ sku: 'TEA', quantity: 1 }] },
  }),
  return: message('order.return.v1', {
    returnId: 'ret_00000000000000000000000011',
    idempotency: { key: 'k5', fingerprint: 'f5' },
    request: { lines: [{ sku: 'TEA', quantity: 1 }], reason: 'damaged' },
  }),
  returnBroken: message('order.return.v1', {
    returnId: 'ret_00000000000000000000000012',
    idempotency: { key: 'k6', fingerprint: 'f6' },
    request: { lines: [{ sku: 'TEA', quantity: 1 }], restock: false },
  }),
} satisfies Record<string, OrderMessage>;

export type Name = keyof typeof MESSAGES;

export interface Run {
  readonly state: Map<string, OrderState>;
  readonly sent: Outgoing[];
  readonly steps: Step[];
}

/** Throws when a message is refused or impossible. */
export function tell(run: Run, told: OrderMessage, now = NOW): Decision<OrderState, Step> {
  const decision = rules.decide(run.state, found(run, told), now);
  for (const [key, next] of decision.put ?? []) run.state.set(key, next);
  run.sent.push(...(decision.send ?? []));
  run.steps.push(...(decision.append ?? []));
  return decision;
}

/** As the deadlines worker finds it, if it does so now. */
function found(run: Run, told: OrderMessage): OrderMessage {
  if (told !== MESSAGES.deadline) return told;
  return message('order.deadline_passed', { deadlineAt: orderOf(run).deadlineAt });
}

export function start(first: OrderMessage = placement({ method: 'tok_visa' })): Run {
  const run: Run = { state: new Map(), sent: [], steps: [] };
  tell(run, first);
  return run;
}

export const orderOf = (run: Run): Order => run.state.get(ORDER) as Order;
export const sentOf = (run: Run, name: string): Record<string, unknown>[] =>
  run.sent.filter(({ contract }) => contract.name === name).map(({ data }) => ({ ...data }));
export const names = (run: Run): string[] => run.sent.map(({ contract }) => contract.name);

export function having(first: OrderMessage, ...told: Name[]): Run {
  const run = start(first);
  for (const name of told) tell(run, MESSAGES[name]);
  return run;
}

export const paid = placement({ method: 'tok_visa' });
export const unpaid = placement();

/** False when the rules refuse it or call it impossible: then nothing may have changed. */
export function tellIfPossible(run: Run, told: OrderMessage | FactMessage, now = NOW): boolean {
  const before = orderOf(run);
  try {
    tell(run, told, now);
    return true;
  } catch {
    expect(orderOf(run)).toBe(before);
    return false;
  }
}
