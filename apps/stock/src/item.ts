import { type ADJUSTMENT_REASONS, type ProductView, type StockLevelView } from '#contracts';

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
  readonly active: boolean;
  readonly onHand: number;
  /** The part of `onHand` that is held for orders. */
  readonly reserved: number;
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

export function availableOf({ onHand, reserved }: Pick<Item, 'onHand' | 'reserved'>): number {
  return onHand - reserved;
}

/** The only way to change a level: with the movement that explains it. */
export function move(item: Item, cause: Cause): { readonly item: Item; readonly movement: Movement } {
  const onHand = item.onHand + cause.onHandDelta;
  const reserved = item.reserved + cause.reservedDelta;
  if (reserved < 0 || onHand < reserved) {
    throw new Error(`${cause.kind} would leave ${item.sku} with ${onHand} on hand and ${reserved} reserved`);
  }
  const version = item.version + 1;
  return {
    item: { ...item, onHand, reserved, version },
    movement: { sku: item.sku, seq: version, ...cause },
  };
}

export function levelView(item: Item): StockLevelView {
  const { sku, onHand, reserved, version } = item;
  return { sku, onHand, reserved, available: availableOf(item), version };
}

export function productView(item: Item): ProductView {
  const { sku, name, amount, currency, active, productVersion: version } = item;
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
