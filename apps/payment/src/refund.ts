import { type RefundStatus, type RefundView } from '#contracts';
import { type Payment } from './payment.js';

/** "halted": the provider refuses it, or has given back another amount. A person has to look. */
export type RefundState = 'requested' | 'unknown' | 'succeeded' | 'halted';

/** Money on its way back. Its amount is part of the payment's refundingAmount until it has succeeded. */
export interface Refund {
  readonly kind: 'refund';
  readonly id: string;
  readonly paymentId: string;
  readonly version: number;
  readonly status: RefundState;
  readonly amount: number;
  readonly currency: string;
  readonly reason: string | null;
  /** The request that asked for it; null when a cancel did. */
  readonly key: string | null;
  readonly fingerprint: string | null;
  /** The step of the payment that asked for it. */
  readonly paymentVersion: number;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An idempotency key and what it was used for. Stored with the refund. */
export interface KeyUse {
  readonly kind: 'key';
  readonly version: 1;
  readonly key: string;
  readonly fingerprint: string;
  readonly refundId: string;
}

/** All that the service keeps, by payment id, refund id, and `idem:` with an idempotency key. */
export type PaymentState = Payment | Refund | KeyUse;

export const keyOf = (idempotencyKey: string): string => `idem:${idempotencyKey}`;

/** The refund that a cancel makes: at most one for each payment, with the number of that payment. */
export function refundIdOf(paymentId: string): string {
  return `ref_${paymentId.slice('pay_'.length)}`;
}

export function isOpen({ status }: Refund): boolean {
  return status === 'requested' || status === 'unknown';
}

const PUBLIC_STATUS: Readonly<Record<RefundState, RefundStatus>> = {
  requested: 'requested',
  unknown: 'unknown',
  succeeded: 'succeeded',
  halted: 'unknown',
};

/** The refund as clients see it. */
export function refundView(refund: Refund): RefundView {
  const { id, paymentId, status, amount, currency, reason, createdAt, updatedAt } = refund;
  return {
    id,
    paymentId,
    status: PUBLIC_STATUS[status],
    amount: { amount, currency },
    reason,
    createdAt,
    updatedAt,
  };
}
