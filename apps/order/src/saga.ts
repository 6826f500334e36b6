import {
  cancelPayment,
  chargePayment,
  commitStock,
  type Outgoing,
  orderCancelled,
  orderConfirmed,
  orderRejected,
  releaseStock,
  send,
} from '#contracts';
import { type Order, type Phase } from './order.js';

/** What can happen to an order after it was placed. */
export const FACTS = [
  'stock_reserved',
  'stock_rejected',
  'stock_expired',
  'commit_refused',
  'payment_requested',
  'payment_taken',
  'payment_declined',
  'payment_returned',
  'payment_expired',
  'action_required',
  'deadline_passed',
  'cancel_requested',
  'stock_changed',
  'change_refused',
] as const;
export type Fact = (typeof FACTS)[number];

/**
 * `to`: the next phase, with what is sent then. `stay`: nothing changes but something is sent. `ignore`: it came late
 * or twice, and is answered by what has already happened. `refuse`: a client asked for what cannot be.
 * `impossible`: a defect somewhere; ends in the dead letters, where somebody looks at it.
 */
export type Cell =
  | {
      readonly to: Phase;
      readonly send?: (order: Order) => readonly Outgoing[];
      readonly reason?: 'payment_declined' | 'payment_expired' | 'timed_out' | 'requested';
    }
  | { readonly stay: (order: Order) => readonly Outgoing[] }
  | { readonly refuse: 'order-not-payable' | 'payment-in-progress' | 'order-not-cancellable' }
  | 'ignore'
  | 'impossible';

const release = ({ id }: Order): Outgoing => send(releaseStock, { orderId: id });
const commit = ({ id }: Order): Outgoing => send(commitStock, { orderId: id });
const moneyBack = ({ id, payment }: Order): Outgoing[] =>
  payment ? [send(cancelPayment, { orderId: id, paymentId: payment.id })] : [];
const confirmed = (order: Order): Outgoing =>
  send(orderConfirmed, { orderId: order.id, total: totalOf(order) });
const rejected = ({ id, reason }: Order): Outgoing =>
  send(orderRejected, { orderId: id, ...(reason && { reason }) });
const cancelled = ({ id, reason }: Order): Outgoing =>
  send(orderCancelled, { orderId: id, ...(reason && { reason }) });

/** Asks for the money. Used when the stock is held, or when the client pays later. */
export const charge = (order: Order): Outgoing[] =>
  order.payment
    ? [
        send(chargePayment, {
          paymentId: order.payment.id,
          orderId: order.id,
          amount: totalOf(order),
          method: order.payment.method,
          capture: order.payment.capture,
        }),
      ]
    : [];

/** The stock was held, but the order cannot be carried out. */
export const rejectAndRelease = (order: Order): Outgoing[] => [release(order), rejected(order)];

const confirm: Cell = { to: 'confirmed', send: (order) => [commit(order), confirmed(order)] };
const cancelUnpaid = { to: 'cancelled', send: (order: Order) => [release(order), cancelled(order)] } as const;
/** What was authorized has not been captured in time: the provider has let go of it. */
const paymentExpired = { ...cancelUnpaid, reason: 'payment_expired' } as const;
/** The payment gave its money back of itself: a client voided it. */
const paymentGone = { ...cancelUnpaid, reason: 'requested' } as const;
/** Whatever stock and payment have done or are about to do: a release takes back what was committed, too. */
const giveAllBack = {
  to: 'cancelled',
  send: (order: Order) => [release(order), ...moneyBack(order), cancelled(order)],
} as const;
const timeOut: Cell = { ...giveAllBack, reason: 'timed_out' };
const cancel: Cell = { ...giveAllBack, reason: 'requested' };

/**
 * The whole saga. The table is total, so the compiler asks what a new fact means in every phase. The cells marked
 * 'decided' need more than the phase: prices, the clock, whoever waits, or what has been given back already (see
 * decide.ts).
 */
export const SAGA: Readonly<Record<Phase, Readonly<Record<Fact, Cell | 'decided'>>>> = {
  reserving: {
    stock_reserved: 'decided',
    stock_rejected: { to: 'rejected', send: (order) => [rejected(order)] },
    // The hold ran out before we heard of it: the reservation's own fact is still on its way and finds us cancelled.
    stock_expired: { ...cancelUnpaid, reason: 'timed_out' },
    commit_refused: 'impossible',
    payment_requested: { refuse: 'order-not-payable' },
    payment_taken: 'impossible',
    payment_declined: 'impossible',
    payment_returned: 'impossible',
    payment_expired: 'impossible',
    action_required: 'impossible',
    deadline_passed: { ...cancelUnpaid, reason: 'timed_out' },
    cancel_requested: { ...cancelUnpaid, reason: 'requested' },
    stock_changed: 'impossible',
    change_refused: 'impossible',
  },
  charging: {
    stock_reserved: 'ignore',
    stock_rejected: 'impossible',
    // The outcome of the payment decides: the commit holds again if it can.
    stock_expired: 'ignore',
    commit_refused: 'impossible',
    payment_requested: { refuse: 'payment-in-progress' },
    payment_taken: confirm,
    payment_declined: { ...cancelUnpaid, reason: 'payment_declined' },
    // It may overtake the news that the money was there.
    payment_returned: paymentGone,
    payment_expired: paymentExpired,
    action_required: 'decided',
    deadline_passed: timeOut,
    cancel_requested: cancel,
    stock_changed: 'ignore',
    change_refused: 'ignore',
  },
  awaiting_payment: {
    stock_reserved: 'ignore',
    stock_rejected: 'impossible',
    stock_expired: { ...cancelUnpaid, reason: 'payment_expired' },
    commit_refused: 'impossible',
    payment_requested: { to: 'paying', send: charge },
    payment_taken: 'impossible',
    payment_declined: 'ignore',
    payment_returned: 'impossible',
    payment_expired: 'impossible',
    action_required: 'ignore',
    deadline_passed: { ...cancelUnpaid, reason: 'payment_expired' },
    cancel_requested: { ...cancelUnpaid, reason: 'requested' },
    stock_changed: 'ignore',
    change_refused: 'ignore',
  },
  paying: {
    stock_reserved: 'ignore',
    stock_rejected: 'impossible',
    stock_expired: 'ignore',
    commit_refused: 'impossible',
    payment_requested: { refuse: 'payment-in-progress' },
    payment_taken: confirm,
    payment_declined: 'decided',
    payment_returned: paymentGone,
    payment_expired: paymentExpired,
    action_required: 'decided',
    deadline_passed: timeOut,
    cancel_requested: cancel,
    stock_changed: 'ignore',
    change_refused: 'ignore',
  },
  changing: {
    stock_reserved: 'ignore',
    stock_rejected: 'impossible',
    stock_expired: { ...cancelUnpaid, reason: 'payment_expired' },
    commit_refused: 'impossible',
    payment_requested: { refuse: 'order-not-payable' },
    payment_taken: 'impossible',
    payment_declined: 'ignore',
    payment_returned: 'impossible',
    payment_expired: 'impossible',
    action_required: 'ignore',
    // Whichever lines the stock holds by then: a release gives them back.
    deadline_passed: { ...cancelUnpaid, reason: 'payment_expired' },
    cancel_requested: { ...cancelUnpaid, reason: 'requested' },
    stock_changed: 'decided',
    change_refused: 'decided',
  },
  confirmed: {
    stock_reserved: 'ignore',
    stock_rejected: 'impossible',
    stock_expired: 'ignore',
    // Paid after the hold had run out, and somebody else has the goods.
    commit_refused: {
      to: 'cancelled',
      reason: 'payment_expired',
      send: (order) => [...moneyBack(order), cancelled(order)],
    },
    payment_requested: { refuse: 'order-not-payable' },
    payment_taken: 'ignore',
    payment_declined: 'impossible',
    payment_returned: paymentGone,
    payment_expired: paymentExpired,
    action_required: 'ignore',
    deadline_passed: 'ignore',
    cancel_requested: cancel,
    stock_changed: 'ignore',
    change_refused: 'ignore',
  },
  fulfilled: {
    stock_reserved: 'ignore',
    stock_rejected: 'impossible',
    stock_expired: 'ignore',
    // The goods have left: what went wrong behind them is kept as the reason, for somebody to look at.
    commit_refused: 'decided',
    payment_requested: { refuse: 'order-not-payable' },
    payment_taken: 'ignore',
    payment_declined: 'impossible',
    payment_returned: 'decided',
    payment_expired: 'decided',
    action_required: 'ignore',
    deadline_passed: 'ignore',
    cancel_requested: { refuse: 'order-not-cancellable' },
    stock_changed: 'ignore',
    change_refused: 'ignore',
  },
  rejected: {
    stock_reserved: 'ignore',
    stock_rejected: 'ignore',
    stock_expired: 'ignore',
    commit_refused: 'impossible',
    payment_requested: { refuse: 'order-not-payable' },
    payment_taken: 'impossible',
    payment_declined: 'impossible',
    payment_returned: 'impossible',
    payment_expired: 'impossible',
    action_required: 'impossible',
    deadline_passed: 'ignore',
    cancel_requested: { refuse: 'order-not-cancellable' },
    stock_changed: 'ignore',
    change_refused: 'ignore',
  },
  cancelled: {
    // What is granted after the cancel must not stay held.
    stock_reserved: { stay: (order) => [release(order)] },
    stock_rejected: 'ignore',
    stock_expired: 'ignore',
    commit_refused: 'ignore',
    payment_requested: { refuse: 'order-not-payable' },
    payment_taken: { stay: moneyBack },
    payment_declined: 'ignore',
    payment_returned: 'decided',
    payment_expired: 'decided',
    action_required: 'ignore',
    deadline_passed: 'ignore',
    cancel_requested: 'ignore',
    stock_changed: 'ignore',
    change_refused: 'ignore',
  },
};

export function totalOf(order: Order): { amount: number; currency: string } {
  if (order.totalAmount === null) throw new Error(`${order.id} has no prices yet`);
  return { amount: order.totalAmount, currency: order.currency };
}
