import { type Money, type PaymentStatus, type PaymentView } from '#contracts';
import { type Operation } from './provider.js';

/** Where a payment stands. Clients see less: see `publicStatus`. */
export const STATUSES = [
  'requested',
  'unknown',
  'cancelling',
  'declined',
  'authorized',
  'captured',
  'voiding',
  'refunding',
  'voided',
  'refunded',
  'halted',
] as const;
export type Status = (typeof STATUSES)[number];

/** What a payment can learn once it exists. `reversed`: the void or refund went through. */
export const FACTS = [
  'cancel',
  'authorized',
  'captured',
  'reversed',
  'declined',
  'stuck',
  'unknown',
] as const;
export type Fact = (typeof FACTS)[number];

/** `_`: it came late or twice, and changes nothing. `X`: cannot be; a defect somewhere. */
export type Cell = Status | '_' | 'X';
type Row = readonly [
  cancel: Cell,
  authorized: Cell,
  captured: Cell,
  reversed: Cell,
  declined: Cell,
  stuck: Cell,
  unknown: Cell,
];

/**
 * The whole life of a payment, and the compiler sees that no cell is missing. Each status leads only to itself or to
 * later ones. "unknown" leads nowhere by itself: only the provider's word does. "declined" is also where a payment goes
 * that was cancelled before anything was taken; should the provider have taken it after all, it is given back.
 * "stuck" is an answer for a person to look at: another amount than was asked, or a void or refund that is refused.
 */
// biome-ignore format: a table is read in columns.
export const STEPS: Readonly<Record<Status, Row>> = {
  //            cancel        authorized    captured     reversed    declined    stuck     unknown
  requested:  ['cancelling', 'authorized', 'captured',  'X',        'declined', 'halted', 'unknown'   ],
  unknown:    ['cancelling', 'authorized', 'captured',  'X',        'declined', 'halted', 'unknown'   ],
  cancelling: ['_',          'voiding',    'refunding', 'X',        'declined', 'halted', 'cancelling'],
  declined:   ['_',          'voiding',    'refunding', 'X',        '_',        'halted', '_'         ],
  authorized: ['voiding',    '_',          'X',         'X',        '_',        '_',      '_'         ],
  captured:   ['refunding',  'X',          '_',         'X',        '_',        '_',      '_'         ],
  voiding:    ['_',          '_',          'X',         'voided',   '_',        'halted', 'voiding'   ],
  refunding:  ['_',          'X',          '_',         'refunded', '_',        'halted', 'refunding' ],
  voided:     ['_',          '_',          'X',         '_',        '_',        '_',      '_'         ],
  refunded:   ['_',          'X',          '_',         '_',        '_',        '_',      '_'         ],
  halted:     ['_',          '_',          '_',         '_',        '_',        '_',      '_'         ],
};

export function cellOf(status: Status, fact: Fact): Cell {
  return STEPS[status][FACTS.indexOf(fact)] as Cell;
}

/** What was asked for. */
export interface Terms {
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
  readonly capture: 'automatic' | 'manual';
}

export interface Payment {
  readonly id: string;
  readonly orderId: string;
  readonly version: number;
  readonly status: Status;
  /** null as long as the charge has not arrived that a cancel has overtaken. */
  readonly terms: Terms | null;
  /** The provider's id of what it took. */
  readonly chargeId: string | null;
  readonly authorizedAmount: number;
  readonly capturedAmount: number;
  readonly refundedAmount: number;
  readonly declineCode: string | null;
  readonly cancelledAt: string | null;
  /** How often the provider was asked again for an operation whose outcome is not known. */
  readonly attempts: number;
  /** When to ask again, as long as an operation is unfinished. */
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** One version of one payment, added to the history and never changed. */
export interface Step {
  readonly kind: 'step';
  readonly paymentId: string;
  readonly version: number;
  readonly from: Status | null;
  readonly to: Status;
  readonly at: string;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

/** The operation at the provider that a payment waits for, if any. */
export function awaited({ status, terms }: Pick<Payment, 'status' | 'terms'>): Operation | undefined {
  if (status === 'requested' || status === 'unknown' || status === 'cancelling') {
    return terms?.capture === 'manual' ? 'authorize' : 'capture';
  }
  if (status === 'voiding') return 'void';
  return status === 'refunding' ? 'refund' : undefined;
}

/** An outcome not known yet, or one that only a person can find out, is "unknown" to clients. */
const PUBLIC_STATUS: Readonly<Record<Status, PaymentStatus>> = {
  requested: 'requested',
  unknown: 'unknown',
  cancelling: 'unknown',
  declined: 'declined',
  authorized: 'authorized',
  captured: 'captured',
  voiding: 'authorized',
  refunding: 'captured',
  voided: 'voided',
  refunded: 'captured',
  halted: 'unknown',
};

export function publicStatus(status: Status): PaymentStatus {
  return PUBLIC_STATUS[status];
}

export function termsOf({ id, terms }: Payment): Terms {
  if (!terms) throw new Error(`${id} was cancelled before it was asked for: it has no terms`);
  return terms;
}

export function moneyOf(payment: Payment): Money {
  const { amount, currency } = termsOf(payment);
  return { amount, currency };
}

/** The payment as clients see it. */
export function viewOf(payment: Payment): PaymentView {
  const { method, capture } = termsOf(payment);
  return {
    id: payment.id,
    orderId: payment.orderId,
    status: publicStatus(payment.status),
    version: payment.version,
    amount: moneyOf(payment),
    capturedAmount: payment.capturedAmount,
    refundedAmount: payment.refundedAmount,
    method,
    capture,
    declineCode: payment.declineCode,
    createdAt: payment.createdAt,
    updatedAt: payment.updatedAt,
  };
}
