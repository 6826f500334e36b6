import { type Idempotency, Rejected, type StockLevelView } from '#contracts';
import { type Current, type Decision } from '#loop';
import { type Part } from './allocation.js';
import { type Item, type Movement } from './item.js';
import { type PriceChange } from './price.js';

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
  /** Where it comes from, when the SKU lies in several locations; else from `main`. */
  readonly from?: readonly Part[];
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

/** That there is one: nothing else about it is asked for, and it never goes away. */
export interface Location {
  readonly kind: 'location';
  readonly version: 1;
}

export type StockState = Item | Reservation | Adjustment | Location;
export type Stock = Current<StockState>;
/** What is only ever added. */
export type StockRow = Movement | PriceChange;
export type StockDecision = Decision<StockState, StockRow>;

export const itemKey = (sku: string): string => `sku:${sku}`;
export const orderKey = (orderId: string): string => `order:${orderId}`;
export const adjustmentKey = (key: string): string => `idem:${key}`;

export const locationKey = (location: string): string => `loc:${location}`;

export const itemOf = (stock: Stock, sku: string): Item | undefined => stateOf(stock, itemKey(sku), 'item');

export const reservationOf = (stock: Stock, orderId: string): Reservation | undefined =>
  stateOf(stock, orderKey(orderId), 'reservation');

export const adjustmentOf = (stock: Stock, key: string): Adjustment | undefined =>
  stateOf(stock, adjustmentKey(key), 'adjustment');

export const locationOf = (stock: Stock, location: string): Location | undefined =>
  stateOf(stock, locationKey(location), 'location');

/** What a key was answered with before. A refusal is not kept: the same key may succeed later. */
export function answered(stock: Stock, { key, fingerprint }: Idempotency): StockDecision | undefined {
  const used = adjustmentOf(stock, key);
  if (!used) return undefined;
  if (used.fingerprint !== fingerprint) return { refuse: new Rejected('idempotency-key-reused') };
  return { answer: { level: used.level, replayed: true } };
}

function stateOf<K extends StockState['kind']>(
  stock: Stock,
  key: string,
  kind: K,
): Extract<StockState, { kind: K }> | undefined {
  const state = stock.get(key);
  if (state !== undefined && state.kind !== kind) throw new Error(`${key} is a ${state.kind}`);
  return state as Extract<StockState, { kind: K }> | undefined;
}
