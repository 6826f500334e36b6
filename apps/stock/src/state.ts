import { type StockLevelView } from '#contracts';
import { type Current, type Decision } from '#loop';
import { type Item, type Movement } from './item.js';

export const RESERVATION_STATUSES = [
  'held',
  'committed',
  'returned',
  'released',
  'expired',
  'rejected',
  'commit_refused',
] as const;
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number];

/** Each SKU once. */
export interface Line {
  readonly sku: string;
  readonly quantity: number;
  /** What of it was given back, and by which return; absent as long as nothing was. */
  readonly returns?: readonly { readonly id: string; readonly quantity: number }[];
}

/** What the reservation still stands for. */
export function leftOf({ quantity, returns = [] }: Line): number {
  return returns.reduce((left, returned) => left - returned.quantity, quantity);
}

/** One per order: its lines share one row, so they share one outcome. Without lines it is a tombstone. */
export interface Reservation {
  readonly kind: 'reservation';
  readonly orderId: string;
  readonly version: number;
  readonly status: ReservationStatus;
  readonly lines: readonly Line[];
  readonly expiresAt: Date | null;
  /** The last change of its lines that was decided. */
  readonly change?: number;
}

/** An idempotency key, what it was used for, and the answer that was given. */
export interface Adjustment {
  readonly kind: 'adjustment';
  readonly key: string;
  readonly version: 1;
  readonly fingerprint: string;
  readonly level: StockLevelView;
}

export type StockState = Item | Reservation | Adjustment;
export type Stock = Current<StockState>;
export type StockDecision = Decision<StockState, Movement>;

export const itemKey = (sku: string): string => `sku:${sku}`;
export const orderKey = (orderId: string): string => `order:${orderId}`;
export const adjustmentKey = (key: string): string => `idem:${key}`;

export const itemOf = (stock: Stock, sku: string): Item | undefined => stateOf(stock, itemKey(sku), 'item');

export const reservationOf = (stock: Stock, orderId: string): Reservation | undefined =>
  stateOf(stock, orderKey(orderId), 'reservation');

export const adjustmentOf = (stock: Stock, key: string): Adjustment | undefined =>
  stateOf(stock, adjustmentKey(key), 'adjustment');

function stateOf<K extends StockState['kind']>(
  stock: Stock,
  key: string,
  kind: K,
): Extract<StockState, { kind: K }> | undefined {
  const state = stock.get(key);
  if (state !== undefined && state.kind !== kind) throw new Error(`${key} is a ${state.kind}`);
  return state as Extract<StockState, { kind: K }> | undefined;
}
