import { MAX_AMOUNT, type Money, type OrderReason, type ReservedLine } from '#contracts';
import { type Order, type OrderLine } from './order.js';

export type Priced =
  | { readonly lines: readonly OrderLine[]; readonly totalAmount: number }
  | { readonly reason: OrderReason };

/** Prices come from the catalogue as of the reservation, never from the client. */
export function priceLines(order: Order, reserved: readonly ReservedLine[]): Priced {
  const bySku = new Map(reserved.map((line) => [line.sku, line]));
  const lines: OrderLine[] = [];
  let totalAmount = 0;
  for (const line of order.lines) {
    const priced = bySku.get(line.sku);
    if (!priced) throw new Error(`stock reserved ${order.id} without ${line.sku}`);
    const price = priceIn(order.currency, priced);
    if (!price) {
      const currencies = [priced.unitPrice, ...(priced.otherPrices ?? [])].map(({ currency }) => currency);
      const detail = `${line.sku} is priced in ${currencies.join(', ')}, not ${order.currency}`;
      return refused('currency_mismatch', detail);
    }
    // At most 1 000 × 10^12: exact. The sum is cut off before it could leave the exact range.
    totalAmount += line.quantity * price.amount;
    if (totalAmount > MAX_AMOUNT) return refused('total_too_large', `The total is above ${MAX_AMOUNT}`);
    lines.push({ ...line, name: priced.name, unitAmount: price.amount });
  }
  for (const { amount } of order.adjustments ?? []) totalAmount += amount;
  if (totalAmount > MAX_AMOUNT) return refused('total_too_large', `The total is above ${MAX_AMOUNT}`);
  if (totalAmount < 1) return refused('total_too_small', 'The discounts leave nothing to pay');
  const { expectedTotal: expected } = order;
  if (expected && (expected.amount !== totalAmount || expected.currency !== order.currency)) {
    const detail = `Expected ${expected.amount} ${expected.currency}, but it is ${totalAmount} ${order.currency}`;
    return refused('total_mismatch', detail);
  }
  return { lines, totalAmount };
}

function priceIn(wanted: string, { unitPrice, otherPrices }: ReservedLine): Money | undefined {
  if (unitPrice.currency === wanted) return unitPrice;
  return otherPrices?.find(({ currency }) => currency === wanted);
}

function refused(code: OrderReason['code'], detail: string): { reason: OrderReason } {
  return { reason: { code, detail } };
}
