import {
  type Money,
  type OrderAdjustment,
  type OrderReason,
  type OrderStatus,
  type PaymentRequest,
} from '#contracts';

/** Where the saga stands. Clients see less: see `publicStatus`. */
export const PHASES = [
  'reserving',
  'charging',
  'awaiting_payment',
  'paying',
  'changing',
  'confirmed',
  'fulfilled',
  'rejected',
  'cancelled',
] as const;
export type Phase = (typeof PHASES)[number];

export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  /** Name and price as they were when the stock was reserved; null before. */
  readonly name: string | null;
  readonly unitAmount: number | null;
  /** What has left the house; absent as long as nothing has. */
  readonly fulfilledQuantity?: number;
  /** What will not leave any more, because the rest of the order was cancelled. */
  readonly cancelledQuantity?: number;
  /** What has come back, of what had left. */
  readonly returnedQuantity?: number;
}

export interface Payment {
  readonly id: string;
  readonly method: string;
  readonly capture: NonNullable<PaymentRequest['capture']>;
}

/** Someone who waits for the order to settle, or for the outcome of a payment. */
export interface Waiter {
  readonly replyTo: string;
  readonly name: string;
}

export interface Order {
  readonly kind: 'order';
  readonly id: string;
  readonly version: number;
  readonly phase: Phase;
  readonly customerId: string;
  readonly currency: string;
  readonly lines: readonly OrderLine[];
  /** Shipping, taxes and discounts; absent, or null, when there are none. */
  readonly adjustments?: readonly OrderAdjustment[] | null;
  readonly totalAmount: number | null;
  readonly expectedTotal: Money | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** The payment under way, or the last one tried. */
  readonly payment: Payment | null;
  /** What the payment of an order that is cancelled took has been given back. */
  readonly moneyReturned: boolean;
  readonly reason: OrderReason | null;
  /** End of the hold on the stock. */
  readonly expiresAt: string | null;
  /** When the saga stops waiting for what it waits for; null when it waits for nothing. */
  readonly deadlineAt: string | null;
  readonly waiter: Waiter | null;
  /** The last change of its lines that was asked for: the version which that made. Absent, or null, when there was none. */
  readonly change?: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An idempotency key and what it was used for. */
export interface KeyUse {
  readonly kind: 'key';
  readonly key: string;
  readonly version: 1;
  readonly fingerprint: string;
  readonly orderId: string;
  readonly paymentId: string | null;
  /** What was answered, where the order does not say it any more. */
  readonly answer?: object | null;
  readonly createdAt: string;
}

export type OrderState = Order | KeyUse;

/** One step of one order, added to the history and never changed. */
export interface Step {
  readonly orderId: string;
  readonly version: number;
  readonly from: Phase | null;
  readonly to: Phase;
  readonly at: string;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

const PUBLIC_STATUS: Readonly<Record<Phase, OrderStatus>> = {
  reserving: 'pending',
  charging: 'pending',
  awaiting_payment: 'awaiting_payment',
  paying: 'awaiting_payment',
  changing: 'awaiting_payment',
  confirmed: 'confirmed',
  fulfilled: 'fulfilled',
  rejected: 'rejected',
  cancelled: 'cancelled',
};

export function publicStatus(phase: Phase): OrderStatus {
  return PUBLIC_STATUS[phase];
}

export function phasesOf(status: OrderStatus): Phase[] {
  return PHASES.filter((phase) => PUBLIC_STATUS[phase] === status);
}

const UNSETTLED: ReadonlySet<Phase> = new Set<Phase>(['reserving', 'charging', 'paying', 'changing']);

/** A placement has its answer here: nothing goes on without the client, or at all. */
export function isSettled(phase: Phase): boolean {
  return !UNSETTLED.has(phase);
}
