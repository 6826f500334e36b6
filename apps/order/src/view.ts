import { type OrderReason, type OrderView } from '#contracts';
import { type Order, type OrderLine, type Phase, publicStatus } from './order.js';

/** What an order looked like at one of its steps. Lines, prices and metadata do not change after they are known. */
export interface Moment {
  readonly phase: Phase;
  readonly version: number;
  readonly updatedAt: string;
  readonly reason: OrderReason | null;
  readonly expiresAt: string | null;
  readonly paymentId: string | null;
}

/** The order as clients see it, now. */
export function viewOf(order: Order): OrderView {
  return viewAt(order, { ...order, paymentId: order.payment?.id ?? null });
}

/** The order as it was placed: the answer to a placement that did not wait, for ever. */
export function viewAsPlaced(order: Order): OrderView {
  const asked = {
    ...order,
    lines: order.lines.map(({ sku, quantity }) => unpriced(sku, quantity)),
    totalAmount: null,
  };
  const moment = { phase: 'reserving', version: 1, reason: null, expiresAt: null, paymentId: null } as const;
  return viewAt(asked, { ...moment, updatedAt: order.createdAt });
}

/** The order at an earlier step, when nothing had left the house. */
export function viewBeforeShipping(order: Order, at: Moment): OrderView {
  const lines = order.lines.map(({ sku, quantity, name, unitAmount }) => ({
    sku,
    quantity,
    name,
    unitAmount,
  }));
  return viewAt({ ...order, lines }, at);
}

/** The one place where the answer's fields get their order: a replay must be the same bytes. */
export function viewAt(order: Order, at: Moment): OrderView {
  const open = publicStatus(at.phase) === 'awaiting_payment';
  return {
    id: order.id,
    status: publicStatus(at.phase),
    version: at.version,
    customerId: order.customerId,
    currency: order.currency,
    lines: order.lines.map((line) => lineView(line, order.currency)),
    adjustments: [...(order.adjustments ?? [])],
    total: money(order.totalAmount, order.currency),
    paymentId: at.phase === 'reserving' ? null : at.paymentId,
    reason: at.reason,
    expiresAt: open ? at.expiresAt : null,
    metadata: order.metadata,
    createdAt: order.createdAt,
    updatedAt: at.updatedAt,
  };
}

export function unpriced(sku: string, quantity: number): OrderLine {
  return { sku, quantity, name: null, unitAmount: null };
}

function lineView(
  {
    sku,
    name,
    quantity,
    unitAmount,
    fulfilledQuantity = 0,
    cancelledQuantity = 0,
    returnedQuantity = 0,
  }: OrderLine,
  currency: string,
): OrderView['lines'][number] {
  return {
    sku,
    name,
    quantity,
    fulfilledQuantity,
    cancelledQuantity,
    returnedQuantity,
    unitPrice: money(unitAmount, currency),
    total: money(unitAmount === null ? null : unitAmount * quantity, currency),
  };
}

function money(amount: number | null, currency: string): { amount: number; currency: string } | null {
  return amount === null ? null : { amount, currency };
}
