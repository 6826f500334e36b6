import { type Decision } from '#loop';
import { post, type Transfer } from './ledger.js';
import { type Payment, type Step, termsOf } from './payment.js';
import { type PaymentState } from './refund.js';

export type PaymentRow = Step | Transfer;
export type PaymentDecision = Decision<PaymentState, PaymentRow>;
type Recorded = Required<Pick<PaymentDecision, 'put' | 'append'>>;

/** What a step adds to the books, apart from the payment itself. */
export interface Note {
  readonly detail?: Step['detail'];
  /** The refund that has moved the money. */
  readonly refundId?: string;
}

/** The row, its history, and a transfer for each sum that has moved. */
export function recorded(
  before: Payment | undefined,
  next: Payment,
  { detail = null, refundId }: Note = {},
): Recorded {
  const { id: paymentId, version, status: to, updatedAt: at } = next;
  const append: PaymentRow[] = [
    { kind: 'step', paymentId, version, from: before?.status ?? null, to, at, detail },
  ];
  const captured = next.capturedAmount - (before?.capturedAmount ?? 0);
  const refunded = next.refundedAmount - (before?.refundedAmount ?? 0);
  if (captured !== 0) append.push(transfer('capture', next, captured, 'capture'));
  if (refunded !== 0) append.push(transfer('refund', next, refunded, refundId));
  return { put: [[paymentId, next]], append };
}

function transfer(
  operation: Transfer['operation'],
  payment: Payment,
  amount: number,
  journal: string | undefined,
): Transfer {
  if (!journal) throw new Error(`${payment.id}: money went back without a refund`);
  const { id: paymentId, updatedAt: at } = payment;
  return post(operation, { paymentId, journal, amount, currency: termsOf(payment).currency, at });
}
