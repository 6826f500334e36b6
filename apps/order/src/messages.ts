import {
  type addNote,
  type cancelOrder,
  type changeOrder,
  type changeRefused,
  type fulfilOrder,
  type paymentActionRequired,
  type paymentAuthorized,
  type paymentCaptured,
  type paymentDeclined,
  type paymentExpired,
  type paymentRefunded,
  type paymentVoided,
  type payOrder,
  type placeOrder,
  type reservationChanged,
  type returnOrder,
  type stockCommitRefused,
  type stockExpired,
  type stockRejected,
  type stockReserved,
} from '#contracts';
import { type Message, type Told } from '#messaging';
import { type Fact } from './saga.js';

/** Told by our own deadlines worker: the database's clock has passed the deadline that the order had then. */
export type DeadlinePassed = Message<
  'order.deadline_passed',
  { readonly orderId: string; readonly deadlineAt: string }
>;

export type FactMessage =
  | Told<
      | typeof stockReserved
      | typeof stockRejected
      | typeof stockExpired
      | typeof stockCommitRefused
      | typeof paymentCaptured
      | typeof paymentAuthorized
      | typeof paymentDeclined
      | typeof paymentVoided
      | typeof paymentRefunded
      | typeof paymentExpired
      | typeof paymentActionRequired
      | typeof cancelOrder
      | typeof reservationChanged
      | typeof changeRefused
    >
  | DeadlinePassed;

type Request =
  | typeof placeOrder
  | typeof payOrder
  | typeof fulfilOrder
  | typeof returnOrder
  | typeof changeOrder
  | typeof addNote;

export type OrderMessage = Told<Request> | FactMessage;

/** What each message says about its order. */
export const FACT_OF: Readonly<Record<FactMessage['type'], Fact>> = {
  'stock.reserved.v1': 'stock_reserved',
  'stock.rejected.v1': 'stock_rejected',
  'stock.expired.v1': 'stock_expired',
  'stock.commit_refused.v1': 'commit_refused',
  'payment.captured.v1': 'payment_taken',
  'payment.authorized.v1': 'payment_taken',
  'payment.declined.v1': 'payment_declined',
  'payment.voided.v1': 'payment_returned',
  'payment.refunded.v1': 'payment_returned',
  'payment.expired.v1': 'payment_expired',
  'payment.action_required.v1': 'action_required',
  'order.deadline_passed': 'deadline_passed',
  'order.cancel.v1': 'cancel_requested',
  'stock.changed.v1': 'stock_changed',
  'stock.change_refused.v1': 'change_refused',
};
