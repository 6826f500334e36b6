import {
  type OrderPlacement,
  type PaymentStarted,
  type PlaceOrder,
  Rejected,
  reserveStock,
  send,
} from '#contracts';
import { type Current, type Decision } from '#loop';
import { type OrderMessage } from './messages.js';
import { type KeyUse, type Order, type OrderState, type Step } from './order.js';
import { unpriced, viewAsPlaced } from './view.js';

type Placement = Extract<OrderMessage, { type: 'order.place.v1' }>;

/** The key was used before: the handler looks up what was answered then. */
export interface ReplayOf {
  readonly replayOf: string;
}

export const keyOf = (idempotencyKey: string): string => `idem:${idempotencyKey}`;

export function place(
  current: Current<OrderState>,
  message: Placement,
  times: { readonly now: Date; readonly deadlineAt: string },
): Decision<OrderState, Step> {
  const { orderId, idempotency, request } = message.data;
  const used = usedKey(current, idempotency);
  if (used) return { answer: { replayOf: used.orderId } satisfies ReplayOf };

  const createdAt = times.now.toISOString();
  const order = newOrder(message, createdAt, times.deadlineAt);
  const key: KeyUse = {
    kind: 'key',
    key: idempotency.key,
    version: 1,
    fingerprint: idempotency.fingerprint,
    orderId,
    paymentId: null,
    createdAt,
  };
  return {
    put: [
      [orderId, order],
      [keyOf(idempotency.key), key],
    ],
    append: [{ orderId, version: 1, from: null, to: 'reserving', at: createdAt, detail: null }],
    send: [send(reserveStock, { orderId, lines: request.lines })],
    answer: { order: viewAsPlaced(order), replayed: false } satisfies OrderPlacement,
  };
}

/** What this key was used for; refuses when it was for something else. */
export function usedKey(current: Current<OrderState>, asked: PlaceOrder['idempotency']): KeyUse | undefined {
  const used = current.get(keyOf(asked.key));
  if (used?.kind !== 'key') return undefined;
  if (used.fingerprint !== asked.fingerprint) throw new Rejected('idempotency-key-reused');
  return used;
}

export function replayedPayment(used: KeyUse, order: Order): PaymentStarted {
  return {
    orderId: order.id,
    paymentId: used.paymentId ?? '',
    amount: { amount: order.totalAmount ?? 0, currency: order.currency },
    createdAt: used.createdAt,
    replayed: true,
  };
}

function newOrder({ data, replyTo }: Placement, createdAt: string, deadlineAt: string): Order {
  const { orderId: id, paymentId, request, notify } = data;
  const { payment } = request;
  return {
    kind: 'order',
    id,
    version: 1,
    phase: 'reserving',
    customerId: request.customerId,
    currency: request.currency,
    lines: request.lines.map(({ sku, quantity }) => unpriced(sku, quantity)),
    ...(request.adjustments?.length && { adjustments: request.adjustments }),
    totalAmount: null,
    expectedTotal: request.expectedTotal ?? null,
    metadata: request.metadata ?? {},
    payment: payment
      ? { id: paymentId, method: payment.method, capture: payment.capture ?? 'automatic' }
      : null,
    moneyReturned: false,
    reason: null,
    expiresAt: null,
    deadlineAt,
    waiter: notify && replyTo ? { replyTo, name: id } : null,
    createdAt,
    updatedAt: createdAt,
  };
}
