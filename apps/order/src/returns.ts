import { type OrderReturned, Rejected, type ReturnRequest, type ReturnView } from '#contracts';
import { type Current } from '#loop';
import { type OrderMessage } from './messages.js';
import { type GivingBack, goodsOf, moneyOf, newsOf, owedBack, refundIdOf } from './money-back.js';
import { type KeyUse, type Order, type OrderLine, type OrderState, publicStatus } from './order.js';
import { keyOf, usedKey } from './place.js';
import { noting, type OrderDecision, step } from './step.js';

type ReturnMessage = Extract<OrderMessage, { type: 'order.return.v1' }>;

/** What had left comes back: its money goes back, and it into the stock. Once per key, with the answer kept. */
export function takeReturn(current: Current<OrderState>, { data }: ReturnMessage, now: Date): OrderDecision {
  const { orderId, returnId, idempotency, request, expectedVersion } = data;
  const used = usedKey(current, idempotency);
  const order = current.get(orderId);
  if (order?.kind !== 'order') throw new Rejected('order-not-found', { orderId });
  if (used) return { answer: { ...(used.answer as OrderReturned), replayed: true } };
  if (expectedVersion !== undefined && expectedVersion !== order.version) {
    throw new Rejected('version-mismatch', { orderId, expectedVersion, version: order.version });
  }
  const back: GivingBack = { returnId, lines: request.lines, reason: request.reason };
  const lines = withReturned(order, request);
  const view = viewOf(order, lines, { data, now });
  const decision = step(order, { lines }, now, (next) => [
    ...(view.restock ? [goodsOf(order, back)] : []),
    ...moneyOf(order, next, back),
    newsOf(order, back),
  ]);
  const answer: OrderReturned = { return: view, version: order.version + 1, replayed: false };
  const createdAt = now.toISOString();
  const key: KeyUse = {
    kind: 'key',
    ...idempotency,
    version: 1,
    orderId,
    paymentId: null,
    answer,
    createdAt,
  };
  const put = [...(decision.put ?? []), [keyOf(idempotency.key), key] as const];
  return { ...noting(decision, { return: view }), put, answer };
}

/** The lines after the return. Throws when more would come back than has left. */
function withReturned(order: Order, { lines }: ReturnRequest): OrderLine[] {
  const coming = new Map(lines.map(({ sku, quantity }) => [sku, quantity]));
  const next = order.lines.map((line) => {
    const { sku, fulfilledQuantity = 0, returnedQuantity = 0 } = line;
    const quantity = coming.get(sku) ?? 0;
    coming.delete(sku);
    const out = fulfilledQuantity - returnedQuantity;
    if (quantity > out)
      refuse(order, `${quantity} of ${sku} cannot come back: ${out} are with the customer.`);
    return quantity === 0 ? line : { ...line, returnedQuantity: returnedQuantity + quantity };
  });
  for (const sku of coming.keys()) refuse(order, `${sku} is not in the order.`);
  return next;
}

function viewOf(
  order: Order,
  lines: readonly OrderLine[],
  { data, now }: { readonly data: ReturnMessage['data']; readonly now: Date },
): ReturnView {
  const amount = order.moneyReturned ? 0 : owedBack({ ...order, lines }) - owedBack(order);
  return {
    id: data.returnId,
    orderId: order.id,
    lines: data.request.lines,
    amount: amount === 0 ? null : { amount, currency: order.currency },
    refundId: amount === 0 ? null : refundIdOf(data.returnId),
    reason: data.request.reason ?? null,
    restock: data.request.restock ?? true,
    createdAt: now.toISOString(),
  };
}

function refuse({ id: orderId, phase }: Order, detail: string): never {
  throw new Rejected('order-not-returnable', { orderId, status: publicStatus(phase), detail });
}
