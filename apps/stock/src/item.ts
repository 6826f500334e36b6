import {
  type ADJUSTMENT_REASONS,
  type Money,
  type Outgoing,
  type ProductView,
  type StockLevelView,
  send,
  stockLow,
} from '#contracts';
import { type LocationLevel } from './allocation.js';

/** Where everything lies until it is said to lie somewhere else. */
export const MAIN = 'main';

/** A product and its level: one row, so that a hot SKU is one update however many orders of a batch buy it. */
export interface Item {
  readonly kind: 'item';
  readonly sku: string;
  /** Of the row: it grows with every change of the level as well as of the product. */
  readonly version: number;
  /** Of name, price and `active` alone. */
  readonly productVersion: number;
  readonly name: string;
  /** Price in minor units. */
  readonly amount: number;
  readonly currency: string;
  /** In other currencies, sorted by them; null when there are none. */
  readonly otherPrices: readonly Money[] | null;
  readonly active: boolean;
  readonly onHand: number;
  /** The part of `onHand` that is held for orders. */
  readonly reserved: number;
  /** So many more may be sold than there are. `onHand` below zero is what is owed. */
  readonly backorderLimit: number;
  /** The largest limit there ever was. */
  readonly backorderMost: number;
  /** The part that is not for sale. */
  readonly safetyStock: number;
  /** Few is as many as this or fewer; null: never. */
  readonly lowStockThreshold: number | null;
  /** What lies where: it adds up to the level. null: everything is in `main`. */
  readonly locations: readonly LocationLevel[] | null;
  readonly createdAt: Date;
  /** When name, price or `active` last changed. */
  readonly updatedAt: Date;
}

export type MovementKind =
  | (typeof ADJUSTMENT_REASONS)[number]
  | 'reserved'
  | 'released'
  | 'committed'
  | 'transferred';

/** What a movement does in one location. */
export interface LocationDelta {
  readonly location: string;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
}

/** Why a level changed: never altered, and their sum is the level. */
export interface Movement {
  readonly sku: string;
  /** The version of the row that this movement made, so two of them can't claim one place. */
  readonly seq: number;
  readonly kind: MovementKind;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  readonly orderId: string | null;
  /** Of a SKU that lies in several locations: where it happened. */
  readonly locations?: readonly LocationDelta[] | undefined;
}

/** It happens in `main`, unless it names locations. */
export type Cause = Omit<Movement, 'sku' | 'seq'>;

export type Product = Pick<Item, 'name' | 'amount' | 'currency' | 'otherPrices' | 'active'>;

export function isSameProduct(one: Product, other: Product): boolean {
  return (
    one.name === other.name &&
    one.amount === other.amount &&
    one.currency === other.currency &&
    one.active === other.active &&
    (one.otherPrices === other.otherPrices ||
      JSON.stringify(one.otherPrices) === JSON.stringify(other.otherPrices))
  );
}

/** The product's own fields as they shall be: of a new product without stock, or of the one there is. */
export function withProduct(item: Item | undefined, sku: string, product: Product, now: Date): Item {
  const empty = {
    kind: 'item',
    sku,
    version: 0,
    productVersion: 0,
    onHand: 0,
    reserved: 0,
    backorderLimit: 0,
    backorderMost: 0,
    safetyStock: 0,
    lowStockThreshold: null,
    locations: null,
    createdAt: now,
  } as const;
  const before = item ?? empty;
  const { version, productVersion } = before;
  return { ...before, ...product, version: version + 1, productVersion: productVersion + 1, updatedAt: now };
}

/** What can be sold. A safety stock that is larger than what is there leaves nothing. */
export function availableOf({ onHand, reserved, safetyStock, backorderLimit }: Item): number {
  return Math.max(0, onHand - reserved - safetyStock + backorderLimit);
}

/** What can be sold and is there. */
function freeOf(item: Item): number {
  return availableOf({ ...item, backorderLimit: 0 });
}

/** Said on the way down only, so it takes a way up to be said again. */
export function lowStock(before: Item, after: Item): Outgoing[] {
  if (!isLow(after) || isLow(before)) return [];
  const { sku, lowStockThreshold, version } = after;
  return [send(stockLow, { sku, available: freeOf(after), lowStockThreshold, version })];
}

function isLow(item: Item): item is Item & { readonly lowStockThreshold: number } {
  return item.lowStockThreshold !== null && freeOf(item) <= item.lowStockThreshold;
}

export interface Moved {
  readonly item: Item;
  readonly movement: Movement;
  readonly send: readonly Outgoing[];
}

/** The only way to change a level: with the movement that explains it, and the word that little is left. */
export function move(item: Item, cause: Cause): Moved {
  const onHand = item.onHand + cause.onHandDelta;
  const reserved = item.reserved + cause.reservedDelta;
  if (reserved < 0 || onHand + item.backorderLimit < reserved) {
    throw new Error(`${cause.kind} would leave ${item.sku} with ${onHand} on hand and ${reserved} reserved`);
  }
  const version = item.version + 1;
  const next = { ...item, onHand, reserved, version };
  const movement = { sku: item.sku, seq: version, ...cause };
  if (!item.locations) return { item: next, movement, send: lowStock(item, next) };

  const { onHandDelta, reservedDelta } = cause;
  const deltas = cause.locations ?? [{ location: MAIN, onHandDelta, reservedDelta }];
  return {
    item: { ...next, locations: item.locations.map((level) => moveAt(level, deltas, item.sku)) },
    movement: { ...movement, locations: deltas },
    send: lowStock(item, next),
  };
}

function moveAt(level: LocationLevel, deltas: readonly LocationDelta[], sku: string): LocationLevel {
  const delta = deltas.find(({ location }) => location === level.location);
  if (!delta) return level;
  const onHand = level.onHand + delta.onHandDelta;
  const reserved = level.reserved + delta.reservedDelta;
  if (reserved < 0 || onHand < reserved) {
    throw new Error(`${level.location} would have ${onHand} of ${sku} on hand and ${reserved} reserved`);
  }
  return { ...level, onHand, reserved };
}

export function levelView(item: Item): StockLevelView {
  const { sku, onHand, reserved, version } = item;
  const level = { sku, onHand, reserved, available: availableOf(item), version };
  if (!item.locations) return level;
  const locations = item.locations.map(({ location, onHand: here, reserved: held }) => ({
    location,
    onHand: here,
    reserved: held,
    available: here - held,
  }));
  return { ...level, locations };
}

export function productView(item: Item): ProductView {
  const { sku, name, amount, currency, otherPrices, active, productVersion: version } = item;
  return {
    sku,
    name,
    price: { amount, currency },
    prices: [...(otherPrices ?? [])],
    active,
    version,
    stock: levelView(item),
    createdAt: item.createdAt.toISOString(),
    updatedAt: item.updatedAt.toISOString(),
  };
}
