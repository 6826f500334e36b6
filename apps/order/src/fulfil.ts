import {
  collectPayment,
  type OrderFulfilment,
  type Outgoing,
  orderFulfilled,
  Rejected,
  type Shipment,
  send,
} from '#contracts';
import { type Current, type Decision } from '#loop';
import { type OrderMessage } from './messages.js';
import {
  type KeyUse,
  type Order,
  type OrderLine,
  type OrderState,
  type Phase,
  publicStatus,
  type Step,
} from './order.js';
import { keyOf, usedKey } from './place.js';
import { totalOf } from './saga.js';
import { viewOf } from './view.js';

type FulfilMessage = Extract<OrderMessage, { type: 'order.fulfil.v1' }>;

/** Some lines leave, or all that are left. When nothing is left, the order is fulfilled. Once per key, with the answer kept. */
export function fulfil(
  current: Current<OrderState>,
  { data }: FulfilMessage,
  now: Date,
): Decision<OrderState, Step> {
  const { orderId, idempotency, shipment, expectedVersion } = data;
  const used = usedKey(current, idempotency);
  const order = current.get(orderId);
  if (order?.kind !== 'order') throw new Rejected('order-not-found', { orderId });
  if (used) return { answer: { ...(used.answer as OrderFulfilment), replayed: true } };
  if (expectedVersion !== undefined && expectedVersion !== order.version) {
    throw new Rejected('version-mismatch', { orderId, expectedVersion, version: order.version });
  }
  if (order.phase !== 'confirmed') refuse(order, `The order is ${publicStatus(order.phase)}.`);

  const at = now.toISOString();
  const lines = shipped(order, shipment);
  const phase = lines.every(({ quantity, fulfilledQuantity }) => fulfilledQuantity === quantity)
    ? 'fulfilled'
    : order.phase;
  const next: Order = { ...order, phase, lines, version: order.version + 1, updatedAt: at };
  const answer: OrderFulfilment = { order: viewOf(next), replayed: false };
  const key: KeyUse = {
    kind: 'key',
    ...idempotency,
    version: 1,
    orderId,
    paymentId: null,
    answer,
    createdAt: at,
  };
  const step: Step = {
    orderId,
    version: next.version,
    from: order.phase,
    to: phase,
    at,
    detail: { shipment },
  };
  return {
    put: [
      [orderId, next],
      [keyOf(idempotency.key), key],
    ],
    append: [step],
    send: told(order, phase),
    answer,
  };
}

/** What is only authorized is taken when the first of it leaves, all of it: see docs/adr/0011. */
function told(order: Order, phase: Phase): Outgoing[] {
  const { id: orderId, payment } = order;
  const isFirst = !isPartlyFulfilled(order);
  return [
    ...(isFirst && payment?.capture === 'manual'
      ? [send(collectPayment, { orderId, paymentId: payment.id })]
      : []),
    ...(phase === 'fulfilled' ? [send(orderFulfilled, { orderId, total: totalOf(order) })] : []),
  ];
}

/** The lines after the shipment. Throws when more would leave than was ordered, or nothing. */
function shipped(order: Order, { lines }: Shipment): OrderLine[] {
  const leaving = new Map(lines?.map(({ sku, quantity }) => [sku, quantity]));
  const known = new Set(order.lines.map(({ sku }) => sku));
  for (const sku of leaving.keys()) if (!known.has(sku)) refuse(order, `${sku} is not in the order.`);
  return order.lines.map((line) => {
    const { sku, quantity, fulfilledQuantity = 0 } = line;
    const left = quantity - fulfilledQuantity;
    const now = lines ? (leaving.get(sku) ?? 0) : left;
    if (now > left) refuse(order, `${now} of ${sku} cannot leave: ${left} are left.`);
    return { ...line, fulfilledQuantity: fulfilledQuantity + now };
  });
}

function refuse({ id: orderId, phase }: Order, detail: string): never {
  throw new Rejected('order-not-fulfillable', { orderId, status: publicStatus(phase), detail });
}

/** Something has left the house: it can't be cancelled as if nothing had. */
export function isPartlyFulfilled({ lines }: Order): boolean {
  return lines.some(({ fulfilledQuantity = 0 }) => fulfilledQuantity > 0);
}
