import { giveBackPayment, giveBackStock, goodsReturned, type Outgoing, send } from '#contracts';
import { type Order, type OrderLine } from './order.js';

/** Lines that are given back, and what for. */
export interface GivingBack {
  /** Of the return; the refund has the same number. */
  readonly returnId: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly reason?: string | undefined;
}

type Priced = Pick<Order, 'lines' | 'adjustments' | 'totalAmount'>;

/**
 * What is owed back for all that was cancelled or has come back so far: its share of what the goods cost, with taxes and
 * discounts but without shipping. It is counted
 * from the beginning each time, so that parts add up to the whole to the last cent.
 */
export function owedBack(order: Priced): number {
  const all = sumOf(order.lines, ({ quantity }) => quantity);
  const back = sumOf(
    order.lines,
    ({ cancelledQuantity = 0, returnedQuantity = 0 }) => cancelledQuantity + returnedQuantity,
  );
  const goods = Math.max((order.totalAmount ?? 0) - shippingOf(order), 0);
  if (back === 0) return 0;
  // Both factors may be 10^12.
  return Number((BigInt(goods) * BigInt(back)) / BigInt(all));
}

export function refundIdOf(returnId: string): string {
  return `ref_${returnId.slice('ret_'.length)}`;
}

/** The command that gives the money of these lines back. Nothing when there is none: it is gone already. */
export function moneyOf(before: Order, after: Priced, back: GivingBack): Outgoing[] {
  const amount = owedBack(after) - owedBack(before);
  if (!before.payment || before.moneyReturned || amount === 0) return [];
  return [
    send(giveBackPayment, {
      paymentId: before.payment.id,
      orderId: before.id,
      refundId: refundIdOf(back.returnId),
      amount: { amount, currency: before.currency },
      ...(back.reason && { reason: back.reason }),
    }),
  ];
}

export function goodsOf({ id: orderId }: Order, { returnId, lines }: GivingBack): Outgoing {
  return send(giveBackStock, { orderId, returnId, lines: [...lines] });
}

/** For whoever counts units. */
export function newsOf({ id: orderId }: Order, { returnId, lines }: GivingBack): Outgoing {
  return send(goodsReturned, { orderId, returnId, lines: [...lines] });
}

function shippingOf({ adjustments }: Priced): number {
  return (adjustments ?? []).reduce((sum, { kind, amount }) => sum + (kind === 'shipping' ? amount : 0), 0);
}

function sumOf(lines: readonly OrderLine[], quantityOf: (line: OrderLine) => number): number {
  return lines.reduce((sum, line) => sum + quantityOf(line) * (line.unitAmount ?? 0), 0);
}
