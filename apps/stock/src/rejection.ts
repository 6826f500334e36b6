import {
  type OrderLineRequest,
  type Outgoing,
  type Shortage,
  type StockRejected,
  send,
  stockRejected,
} from '#contracts';
import { availableOf, type Item } from './item.js';
import { itemOf, type Line, type Stock } from './state.js';

type Code = StockRejected['code'];

/** The worst thing that is wrong with any line names the rejection; it lists all the SKUs with this fault. */
const SEVERITY: readonly Code[] = ['unknown_product', 'inactive_product', 'out_of_stock'];

/** Undefined when every line can be held. */
export function rejectionOf(stock: Stock, orderId: string, lines: readonly Line[]): Outgoing | undefined {
  const faults = lines.flatMap((line) => faultOf(itemOf(stock, line.sku), line));
  const code = SEVERITY.find((one) => faults.some((fault) => fault.code === one));
  if (!code) return undefined;
  const items = faults.filter((fault) => fault.code === code).map(({ shortage }) => shortage);
  return send(stockRejected, { orderId, code, items });
}

function faultOf(item: Item | undefined, { sku, quantity }: Line): { code: Code; shortage: Shortage }[] {
  const short = (code: Code, available: number) => [
    { code, shortage: { sku, requested: quantity, available } },
  ];
  if (!item) return short('unknown_product', 0);
  // Whatever lies in the warehouse: nothing of it is for sale.
  if (!item.active) return short('inactive_product', 0);
  return availableOf(item) < quantity ? short('out_of_stock', availableOf(item)) : [];
}

/** Each SKU once, in the order of the first mention: two lines of one SKU compete for the same level. */
export function mergeLines(lines: readonly OrderLineRequest[]): Line[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}
