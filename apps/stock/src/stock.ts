import {
  type AdjustStock,
  type adjustStock,
  type changeReservation,
  type commitStock,
  type GiveBackStock,
  type giveBackStock,
  type OrderRef,
  type putProduct as putProductContract,
  type putSettings as putSettingsContract,
  type ReserveStock,
  type releaseStock,
  type reserveStock,
  type transferStock,
} from '#contracts';
import { type Rules } from '#loop';
import { type Message, type Told } from '#messaging';
import { adjust, putProduct } from './catalogue.js';
import { change } from './change.js';
import { MAIN } from './item.js';
import { type Hold, tell, type Verb } from './reservation.js';
import { putSettings } from './settings.js';
import {
  adjustmentKey,
  itemKey,
  locationKey,
  orderKey,
  reservationOf,
  type Stock,
  type StockDecision,
  type StockRow,
  type StockState,
} from './state.js';
import { transfer } from './transfer.js';

/** What other services and the gateway can tell the stock. */
export type StockRequest = Told<
  | typeof reserveStock
  | typeof releaseStock
  | typeof commitStock
  | typeof giveBackStock
  | typeof changeReservation
  | typeof putProductContract
  | typeof adjustStock
  | typeof putSettingsContract
  | typeof transferStock
>;

/** Said by our own sweeper about a hold that has run out. */
export type HoldDue = Message<'hold.due', OrderRef>;

export type StockMessage = StockRequest | HoldDue;
export type StockRules = Rules<StockState, StockRow, StockMessage>;

type AboutOrder = OrderRef | ReserveStock | GiveBackStock;

/** Everything that changes the stock, decided without I/O, clock or randomness. */
export function stockRules(hold: Hold): StockRules {
  const order = (verb: Verb, stock: Stock, data: AboutOrder, now: Date): StockDecision =>
    tell(verb, { lines: [], ...data, stock, now, hold }, reservationOf(stock, data.orderId));
  return {
    keys: keysOf,
    follow: skusOf,
    decide(stock, message, now) {
      switch (message.type) {
        case 'stock.reserve.v1':
          return order('reserve', stock, message.data, now);
        case 'stock.release.v1':
          return order('release', stock, message.data, now);
        case 'stock.commit.v1':
          return order('commit', stock, message.data, now);
        case 'stock.give_back.v1':
          return order('restock', stock, message.data, now);
        case 'stock.change.v1':
          return change(stock, message.data);
        case 'hold.due':
          return order('expire', stock, message.data, now);
        case 'stock.put_product.v1':
          return putProduct(stock, message.data, now);
        case 'stock.adjust.v1':
          return adjust(stock, message.data);
        case 'stock.put_settings.v1':
          return putSettings(stock, message.data);
        case 'stock.transfer.v1':
          return transfer(stock, message.data);
      }
    },
  };
}

function keysOf(message: StockMessage): { load: readonly string[]; fresh?: readonly string[] } {
  switch (message.type) {
    case 'stock.reserve.v1':
      return {
        load: message.data.lines.map(({ sku }) => itemKey(sku)),
        fresh: [orderKey(message.data.orderId)],
      };
    case 'stock.change.v1': {
      const { orderId, lines } = message.data;
      return { load: [orderKey(orderId), ...lines.map(({ sku }) => itemKey(sku))] };
    }
    case 'stock.release.v1':
    case 'stock.commit.v1':
    case 'stock.give_back.v1':
    case 'hold.due':
      return { load: [orderKey(message.data.orderId)] };
    case 'stock.put_product.v1':
    case 'stock.put_settings.v1':
      return { load: [itemKey(message.data.sku)] };
    case 'stock.adjust.v1':
      // Not `fresh`: a repeated adjustment is seldom, but it must not make the loop cautious about hot SKUs.
      return { load: keysToAdjust(message.data, [message.data.adjustment.location]) };
    case 'stock.transfer.v1':
      return { load: keysToAdjust(message.data, [message.data.transfer.from, message.data.transfer.to]) };
  }
}

function keysToAdjust(
  { sku, idempotency }: Pick<AdjustStock, 'sku' | 'idempotency'>,
  locations: readonly (string | undefined)[],
): string[] {
  const named = locations.filter((location) => location !== undefined && location !== MAIN);
  return [itemKey(sku), adjustmentKey(idempotency.key), ...named.map((one) => locationKey(one as string))];
}

/** A release, a commit or an expiry names only the order: the SKUs are those of its reservation. */
function skusOf(state: StockState): readonly string[] {
  if (state.kind !== 'reservation' || !canStillMove(state.status)) return [];
  return state.lines.map(({ sku }) => itemKey(sku));
}

function canStillMove(status: string): boolean {
  return status === 'held' || status === 'committed' || status === 'expired';
}
