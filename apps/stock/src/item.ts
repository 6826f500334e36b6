import {
  type ADJUSTMENT_REASONS,
  type Outgoing,
  type ProductView,
  type StockLevelView,
  send,
  stockLow,
} from '#contracts';

/** A product and its level: one row, so that a hot SKU is one update however many orders of a batch buy it. */
export interface Item {
  readonly kind: 'item';
  readonly sku: string;
  /** Of the row: it grows with every change of the level as well as of the product. */
  readonly version: number;
  readonly name: string;
  /** Price in minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly active: boolean;
  readonly onHand: number;
  /** The part of `onHand` that is held for orders. */
  readonly reserved: number;
  /** The part that is not for sale. */
  readonly safetyStock: number;
  /** Few is as many as this or fewer; null: never. */
  readonly lowStockThreshold: number | null;
  readonly createdAt: Date;
  /** When name, price or `active` last changed. */
  readonly updatedAt: Date;
}

export type MovementKind = (typeof ADJUSTMENT_REASONS)[number] | 'reserved' | 'released' | 'committed';

/** Why a level changed: never altered, and their sum is the level. */
export interface Movement {
  readonly sku: string;
  /** The version of the row that this movement made, so two of them can't claim one place. */
  readonly seq: number;
  readonly kind: MovementKind;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  readonly orderId: string | null;
}

export type Cause = Pick<Movement, 'kind' | 'onHandDelta' | 'reservedDelta' | 'orderId'>;

type Product = Pick<Item, 'name' | 'amount' | 'currency' | 'active'>;

export function isSameProduct(one: Product, other: Product): boolean {
  return (
    one.name === other.name &&
    one.amount === other.amount &&
    one.currency === other.currency &&
    one.active === other.active
  );
}

/** What can be sold. A safety stock that is larger than what is there leaves nothing. */
export function availableOf({ onHand, reserved, safetyStock }: Item): number {
  return Math.max(0, onHand - reserved - safetyStock);
}

/** Said on the way down only, so it takes a way up to be said again. */
export function lowStock(before: Item, after: Item): Outgoing[] {
  if (!isLow(after) || isLow(before)) return [];
  const { sku, lowStockThreshold, version } = after;
  return [send(stockLow, { sku, available: availableOf(after), lowStockThreshold, version })];
}

function isLow(item: Item): item is Item & { readonly lowStockThreshold: number } {
  return item.lowStockThreshold !== null && availableOf(item) <= item.lowStockThreshold;
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
  if (reserved < 0 || onHand < reserved) {
    throw new Error(`${cause.kind} would leave ${item.sku} with ${onHand} on hand and ${reserved} reserved`);
  }
  const version = item.version + 1;
  const next = { ...item, onHand, reserved, version };
  return {
    item: next,
    movement: { sku: item.sku, seq: version, ...cause },
    send: lowStock(item, next),
  };
}

export function levelView(item: Item): StockLevelView {
  const { sku, onHand, reserved, version } = item;
  return { sku, onHand, reserved, available: availableOf(item), version };
}

export function productView(item: Item): ProductView {
  const { sku, name, amount, currency, active, version } = item;
  return {
    sku,
    name,
    price: { amount, currency },
    active,
    version,
    stock: levelView(item),
    createdAt: item.createdAt.toISOString(),
    updatedAt: item.updatedAt.toISOString(),
  };
}
