import {
  type ChangeRefusalCode,
  type ChangeReservation,
  changeRefused,
  type Outgoing,
  reservationChanged,
  type StockRejected,
  send,
} from '#contracts';
import { placed, unitsOf } from './locations.js';
import { priceIn } from './price.js';
import { mergeLines, rejectionOf } from './rejection.js';
import { known, moveLines, RELEASE, RESERVE, type Units } from './reservation.js';
import {
  itemKey,
  type Line,
  orderKey,
  type Reservation,
  reservationOf,
  type Stock,
  type StockDecision,
} from './state.js';

/**
 * Other lines in the place of those that are held, in one step: nobody else can have the goods in between, and when the
 * new lines cannot be held, or cost what the order does not want, everything stays as it was.
 */
export function change(stock: Stock, asked: ChangeReservation): StockDecision {
  const { orderId, change: number } = asked;
  const reservation = reservationOf(stock, orderId);
  if (!reservation) throw new Error(`${orderId} changes what it never reserved`);
  if (number <= (reservation.change ?? 0)) return {};
  if (reservation.status !== 'held') return { send: [refusal(asked, 'not_held')] };

  const lines = mergeLines(asked.lines);
  const decided = { ...reservation, change: number, version: reservation.version + 1 };
  const refused = refusalOf(stock, asked, reservation, lines);
  if (refused) return { put: [[orderKey(orderId), decided]], send: [refused] };

  const changed = changesOf(stock, reservation.lines, lines);
  const reserved = moveLines(stock, orderId, changed.more, RESERVE);
  const released = moveLines(stock, orderId, changed.less, RELEASE);
  const priced = lines.map(({ sku, quantity }) => {
    const item = known(stock, sku);
    const unitPrice = priceIn(item, asked.currency);
    if (!unitPrice) throw new Error(`${sku} was to be refused: it has no price in ${asked.currency}`);
    return { sku, name: item.name, quantity, unitPrice };
  });
  return {
    put: [[orderKey(orderId), { ...decided, lines: changed.lines }], ...reserved.put, ...released.put],
    append: [...reserved.append, ...released.append],
    send: [
      send(reservationChanged, { orderId, change: number, lines: priced }),
      ...reserved.send,
      ...released.send,
    ],
  };
}

function refusalOf(
  stock: Stock,
  asked: ChangeReservation,
  reservation: Reservation,
  lines: readonly Line[],
): Outgoing | undefined {
  const rejection = rejectionOf(withoutHold(stock, reservation), asked.orderId, lines);
  if (rejection) {
    const { code, items } = rejection.data as StockRejected;
    return refusal(asked, code, items);
  }
  let cost = 0;
  for (const { sku, quantity } of lines) {
    const price = priceIn(known(stock, sku), asked.currency);
    if (!price) return refusal(asked, 'currency_mismatch');
    cost += quantity * price.amount;
  }
  if (cost >= asked.least && cost <= asked.most) return undefined;
  if (asked.least === asked.most) return refusal(asked, 'total_mismatch');
  return refusal(asked, cost < asked.least ? 'total_too_small' : 'total_too_large');
}

function refusal(
  { orderId, change: number }: ChangeReservation,
  code: ChangeRefusalCode,
  items: StockRejected['items'] = [],
) {
  return send(changeRefused, { orderId, change: number, code, items });
}

/** The stock as it would be if this order held nothing. */
function withoutHold(stock: Stock, { lines }: Reservation): Stock {
  const held = new Map(lines.map(({ sku, quantity }) => [itemKey(sku), quantity]));
  return {
    get(key) {
      const state = stock.get(key);
      return state?.kind === 'item' ? { ...state, reserved: state.reserved - (held.get(key) ?? 0) } : state;
    },
  };
}

interface LineChanges {
  readonly lines: readonly Line[];
  readonly more: readonly Units[];
  readonly less: readonly Units[];
}

/** What is held stays where it is; more comes from where there is most, and what is let go is the last that was added. */
function changesOf(stock: Stock, before: readonly Line[], asked: readonly Line[]): LineChanges {
  const more: Units[] = [];
  const less: Units[] = [];
  const lines = asked.map(({ sku, quantity }): Line => {
    const old = before.find((line) => line.sku === sku) ?? { sku, quantity: 0 };
    const parts = unitsOf(old, 0, Math.min(quantity, old.quantity));
    if (quantity <= old.quantity) {
      less.push({ sku, parts: unitsOf(old, quantity, old.quantity - quantity) });
      return old.from ? { sku, quantity, from: parts } : { sku, quantity };
    }
    const added = { sku, quantity: quantity - old.quantity };
    const { from } = placed(known(stock, sku), added);
    more.push({ sku, parts: from ?? unitsOf(added, 0, added.quantity) });
    return from ? { sku, quantity, from: [...parts, ...from] } : { sku, quantity };
  });
  for (const { sku, quantity, from } of before) {
    if (asked.some((line) => line.sku === sku)) continue;
    less.push({ sku, parts: unitsOf({ sku, quantity, ...(from && { from }) }, 0, quantity) });
  }
  return { lines, more, less };
}
