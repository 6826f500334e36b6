import {
  type GoodsReturned,
  type Money,
  type OrderSettled,
  type PaymentReversed,
  type PaymentSucceeded,
  type RefundSucceeded,
} from '#contracts';
import { type OrderLine, type Phase } from './order.js';
import { share } from './share.js';

/** A bundle of events of one type, from the event log. */
export interface LoggedBundle {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly at: string;
  readonly members: readonly { readonly id: string; readonly data: unknown }[];
}

/** What an event says about sales. `amount`: what came back; all of the order, when it is null. */
export type SaleFact = { readonly eventId: string; readonly orderId: string } & (
  | { readonly kind: 'confirmed'; readonly at: string }
  | { readonly kind: 'cancelled'; readonly at: string }
  | { readonly kind: 'goods_returned'; readonly at: string; readonly lines: GoodsReturned['lines'] }
  | {
      readonly kind: 'returned';
      readonly at: string;
      readonly paymentId: string;
      readonly amount: number | null;
    }
);

/** What the books of this service say of an order that a fact is about. Prices are known from the hold on. */
export interface SoldOrder {
  readonly id: string;
  readonly phase: Phase;
  readonly currency: string;
  readonly lines: readonly OrderLine[];
  readonly totalAmount: number;
  readonly paymentId: string | null;
  /** It was confirmed, whatever became of it afterwards. */
  readonly isSale: boolean;
}

/** What is added to one row of the report. */
export interface SalesChange {
  readonly sku: string;
  readonly day: string;
  readonly currency: string;
  orders: number;
  cancelledOrders: number;
  units: number;
  returnedUnits: number;
  gross: number;
  returned: number;
}

export interface SalesDecision {
  readonly changes: readonly SalesChange[];
  /** What has come back by now, of the orders of which something has. */
  readonly returned: ReadonlyMap<string, number>;
  /** Facts about orders of which is not known yet whether they will be sales. */
  readonly waiting: readonly SaleFact[];
}

/** Marks the row of whole orders. */
export const WHOLE = '';

/** What a bundle says about sales; most of them nothing. All members of one have its type. */
export function factsOf({ type, at, members }: LoggedBundle): SaleFact[] {
  if (!Object.hasOwn(FACTS, type)) return [];
  const factOf = FACTS[type as keyof typeof FACTS];
  return members.flatMap(({ id, data }) => {
    const fact = typeof data === 'object' && data !== null && factOf(data as never, at, id);
    // What is in a log cannot be sent back: what is no fact, whoever has published it, must not stop the reading.
    return fact && isFact(fact) ? fact : [];
  });
}

const FACTS = {
  'order.confirmed.v1': ({ orderId }: OrderSettled, at: string, eventId: string): SaleFact => ({
    kind: 'confirmed',
    eventId,
    orderId,
    at,
  }),
  'order.cancelled.v1': ({ orderId }: OrderSettled, at: string, eventId: string): SaleFact => ({
    kind: 'cancelled',
    eventId,
    orderId,
    at,
  }),
  'order.goods_returned.v1': ({ orderId, lines }: GoodsReturned, at: string, eventId: string): SaleFact => ({
    kind: 'goods_returned',
    eventId,
    orderId,
    at,
    lines,
  }),
  'payment.refund_succeeded.v1': ({ at, amount, ...about }: RefundSucceeded, _: string, eventId: string) =>
    returned(eventId, about, at, amount),
  'payment.captured.v1': ({ released, ...about }: PaymentSucceeded, at: string, eventId: string) =>
    released && returned(eventId, about, at, released),
  'payment.voided.v1': (about: PaymentReversed, at: string, eventId: string) =>
    returned(eventId, about, at, null),
  // What was authorized is not captured in time: nothing is given back, for nothing was ever taken.
  'payment.expired.v1': (about: PaymentReversed, at: string, eventId: string) =>
    returned(eventId, about, at, null),
} as const;

function isFact(fact: SaleFact): boolean {
  if (typeof fact.orderId !== 'string') return false;
  if (!/^\d{4}-\d\d-\d\dT/.test(fact.at) || Number.isNaN(Date.parse(fact.at))) return false;
  if (fact.kind === 'goods_returned') {
    return Array.isArray(fact.lines) && fact.lines.every((line) => Number.isSafeInteger(line?.quantity));
  }
  return fact.kind !== 'returned' || fact.amount === null || Number.isSafeInteger(fact.amount);
}

function returned(
  eventId: string,
  { orderId, paymentId }: { readonly orderId: string; readonly paymentId: string },
  at: string,
  money: Money | null,
): SaleFact {
  return { kind: 'returned', eventId, orderId, paymentId, at, amount: money?.amount ?? null };
}

/**
 * What facts add to the report. They may come in any order, for services publish side by side: what counts is what the
 * orders have become by now. `before`: what had come back of them already.
 */
export function decideSales(
  facts: readonly SaleFact[],
  orders: ReadonlyMap<string, SoldOrder>,
  before: ReadonlyMap<string, number>,
): SalesDecision {
  const sheet = new Sheet();
  const back = new Map<string, number>();
  const waiting: SaleFact[] = [];
  for (const fact of facts) {
    const order = orders.get(fact.orderId);
    if (!order || isStray(fact, order)) continue;
    if (!order.isSale) {
      if (fact.kind === 'returned' && !isOver(order)) waiting.push(fact);
    } else if (fact.kind === 'confirmed') {
      sheet.sell(order, fact.at);
    } else if (fact.kind === 'cancelled') {
      sheet.cancel(order, fact.at);
    } else if (fact.kind === 'goods_returned') {
      sheet.takeBack(order, fact.at, fact.lines);
    } else {
      const so = back.get(order.id) ?? before.get(order.id) ?? 0;
      const now = Math.min(order.totalAmount, so + (fact.amount ?? order.totalAmount));
      sheet.giveBack(order, fact.at, so, now);
      back.set(order.id, now);
    }
  }
  return { changes: sheet.changes, returned: back, waiting };
}

/** About an earlier try to pay: its money was never that of the sale. */
function isStray(fact: SaleFact, { paymentId }: SoldOrder): boolean {
  return fact.kind === 'returned' && fact.paymentId !== paymentId;
}

function isOver({ phase }: SoldOrder): boolean {
  return phase === 'cancelled' || phase === 'rejected';
}

class Sheet {
  readonly #rows = new Map<string, SalesChange>();

  get changes(): SalesChange[] {
    return [...this.#rows.values()];
  }

  sell(order: SoldOrder, at: string): void {
    for (const { sku, units, amount } of partsOf(order)) {
      const row = this.#row(sku, at, order.currency);
      row.orders += 1;
      row.units += units;
      row.gross += amount;
    }
  }

  cancel(order: SoldOrder, at: string): void {
    for (const { sku, units } of partsOf(order)) {
      const row = this.#row(sku, at, order.currency);
      row.cancelledOrders += 1;
      row.returnedUnits += units;
    }
  }

  takeBack({ currency, lines }: SoldOrder, at: string, back: GoodsReturned['lines']): void {
    for (const { sku, quantity } of back) {
      if (!lines.some((line) => line.sku === sku)) continue;
      this.#row(WHOLE, at, currency).returnedUnits += quantity;
      this.#row(sku, at, currency).returnedUnits += quantity;
    }
  }

  /** By the sums before and after, so that rounding never adds up: when all is back, each SKU has its own back. */
  giveBack(order: SoldOrder, at: string, before: number, after: number): void {
    const [whole, ...parts] = partsOf(order);
    const weights = parts.map(({ amount }) => amount);
    const rest = Math.max(0, order.totalAmount - weights.reduce((sum, weight) => sum + weight, 0));
    const [then, now] = [before, after].map((amount) => share(amount, [...weights, rest])) as [
      number[],
      number[],
    ];
    this.#row(whole?.sku ?? WHOLE, at, order.currency).returned += after - before;
    for (const [i, { sku }] of parts.entries())
      this.#row(sku, at, order.currency).returned += (now[i] ?? 0) - (then[i] ?? 0);
  }

  #row(sku: string, at: string, currency: string): SalesChange {
    const day = at.slice(0, 10);
    const key = `${sku} ${day} ${currency}`;
    const known = this.#rows.get(key);
    if (known) return known;
    const none = { orders: 0, cancelledOrders: 0, units: 0, returnedUnits: 0, gross: 0, returned: 0 };
    const row: SalesChange = { sku, day, currency, ...none };
    this.#rows.set(key, row);
    return row;
  }
}

/** The order as a whole, then its lines. */
function partsOf({ lines, totalAmount }: SoldOrder) {
  const parts = lines.map(({ sku, quantity, unitAmount }) => ({
    sku,
    units: quantity,
    amount: quantity * (unitAmount ?? 0),
  }));
  const units = parts.reduce((sum, part) => sum + part.units, 0);
  return [{ sku: WHOLE, units, amount: totalAmount }, ...parts];
}
