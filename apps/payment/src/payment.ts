import { type Money, type PaymentStatus, type PaymentView } from '#contracts';
import { type Operation } from './provider.js';

/** Where a payment stands. Clients see less: see `publicStatus`. */
export const STATUSES = [
  'requested',
  'unknown',
  'requires_action',
  'cancelling',
  'declined',
  'authorized',
  'capturing',
  'recalling',
  'captured',
  'voiding',
  'refunding',
  'voided',
  'refunded',
  'expired',
  'halted',
] as const;
export type Status = (typeof STATUSES)[number];

/**
 * What a payment can learn once it exists. `cancel` comes from its order, `capture` and `void` from a client.
 * `returned`: nothing is left that a cancel has to give back. `action`: the customer has a step to take. `expired`: what
 * was authorized was not taken in time. `withheld`: a refund was refused, or was of another amount. `bounced`: the bank has
 * sent back what a refund had given it.
 */
export const FACTS = [
  'cancel',
  'capture',
  'void',
  'authorized',
  'captured',
  'voided',
  'returned',
  'declined',
  'stuck',
  'withheld',
  'bounced',
  'unknown',
  'action',
  'expired',
] as const;
export type Fact = (typeof FACTS)[number];

/** `_`: it came late or twice, and changes nothing. `!`: refused. `X`: cannot be; a defect somewhere. */
export type Cell = Status | '_' | '!' | 'X';
type Row = readonly [
  cancel: Cell,
  capture: Cell,
  release: Cell,
  authorized: Cell,
  captured: Cell,
  voided: Cell,
  returned: Cell,
  declined: Cell,
  stuck: Cell,
  withheld: Cell,
  bounced: Cell,
  unknown: Cell,
  action: Cell,
  expired: Cell,
];

/**
 * The whole life of a payment, and the compiler sees that no cell is missing. Each status leads only to itself or to
 * later ones. "unknown" leads nowhere by itself: only the provider's word does. "declined" is also where a payment goes
 * that was cancelled before anything was taken; should the provider have taken it after all, it is given back.
 * "recalling" is a capture that a cancel has overtaken: what it took goes back, else what was set aside.
 * "refunding" waits for its refunds, which have a life of their own (see refund.ts).
 * "requires_action" waits for the customer; a cancel calls that off, and then finds out who was first.
 * "stuck" is an answer for a person to look at: another amount than was asked or taken before, or a refusal of what must be possible.
 * So is "withheld", but it leaves a captured payment as it is, whose other money is not in doubt; what "bounced" puts what is in the
 * books in doubt.
 */
// biome-ignore format: a table is read in columns.
export const STEPS: Readonly<Record<Status, Row>> = {
  //                cancel        capture      void       authorized    captured     voided    returned    declined    stuck     withheld  bounced   unknown            action             expired
  requested:       ['cancelling', '!',         '!',       'authorized', 'captured',  'X',      'X',        'declined', 'halted', 'X',      'X',      'unknown',         'requires_action', 'declined'],
  unknown:         ['cancelling', '!',         '!',       'authorized', 'captured',  'X',      'X',        'declined', 'halted', 'X',      'X',      'unknown',         'requires_action', 'declined'],
  requires_action: ['cancelling', '!',         '!',       'authorized', 'captured',  'X',      'X',        'declined', 'halted', 'X',      'X',      'requires_action', 'requires_action', 'declined'],
  cancelling:      ['_',          '!',         '!',       'voiding',    'refunding', 'X',      'X',        'declined', 'halted', 'X',      'X',      'cancelling',      'cancelling',      'declined'],
  declined:        ['_',          '!',         '!',       'voiding',    'refunding', 'X',      'X',        '_',        'halted', 'X',      'X',      '_',               '_',               '_'],
  authorized:      ['voiding',    'capturing', 'voiding', '_',          'X',         'X',      'X',        '_',        '_',      'X',      'X',      '_',               '_',               'expired'],
  capturing:       ['recalling',  '_',         '!',       '_',          'captured',  'X',      'X',        'halted',   'halted', 'X',      'X',      'capturing',       '_',               'expired'],
  recalling:       ['_',          '!',         '!',       '_',          'refunding', 'X',      'X',        'voiding',  'halted', 'X',      'X',      'recalling',       '_',               'expired'],
  captured:        ['refunding',  '_',         '!',       '_',          '_',         'X',      'refunded', '_',        'halted', '_',      'halted', '_',               '_',               '_'],
  voiding:         ['_',          '!',         '_',       '_',          'X',         'voided', 'X',        '_',        'halted', 'X',      'X',      'voiding',         '_',               'expired'],
  refunding:       ['_',          '!',         '!',       '_',          '_',         'X',      'refunded', '_',        'halted', 'halted', 'halted', '_',               '_',               '_'],
  voided:          ['_',          '!',         '_',       '_',          'X',         '_',      'X',        '_',        '_',      'X',      'X',      '_',               '_',               '_'],
  refunded:        ['_',          '!',         '!',       '_',          '_',         'X',      '_',        '_',        'halted', 'X',      'halted', '_',               '_',               '_'],
  expired:         ['_',          '!',         '!',       '_',          'X',         '_',      'X',        '_',        '_',      'X',      'X',      '_',               '_',               '_'],
  halted:          ['_',          '!',         '!',       '_',          '_',         '_',      '_',        '_',        '_',      '_',      '_',      '_',               '_',               '_'],
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
  readonly kind: 'payment';
  readonly id: string;
  readonly orderId: string;
  readonly version: number;
  readonly status: Status;
  /** null as long as the charge has not arrived that a cancel has overtaken. */
  readonly terms: Terms | null;
  /** The provider's id of what it took. */
  readonly chargeId: string | null;
  readonly authorizedAmount: number;
  /** What is being captured; counts as taken until the provider says otherwise. */
  readonly capturingAmount: number;
  readonly capturedAmount: number;
  /** What refunds are giving back; counts as given until they have succeeded. */
  readonly refundingAmount: number;
  readonly refundedAmount: number;
  /** Refunds that begin with the capture; null when there are none. */
  readonly waitingRefunds: readonly WaitingRefund[] | null;
  readonly declineCode: string | null;
  /** Where the customer has a step to take; kept until it is known what has become of that. */
  readonly actionUrl: string | null;
  /** When the customer's step, or the authorization, ends by itself. */
  readonly expiresAt: string | null;
  readonly cancelledAt: string | null;
  /** How often the provider was asked again for an operation whose outcome is not known. */
  readonly attempts: number;
  /** When to ask again, as long as an operation is unfinished. */
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The decline code of what was cancelled, and of which the provider has not heard until then. No provider's word becomes this one. */
export const UNHEARD_OF = 'cancelled';

/** The decline code of what the provider has declined: its own word, which may be any. */
export function declineCodeOf(word: string): string {
  return word === UNHEARD_OF ? 'cancelled_at_provider' : word;
}

/** Money that its order wants back, but that is not captured yet. */
export interface WaitingRefund {
  readonly refundId: string;
  readonly amount: number;
  readonly reason: string | null;
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

const AWAITED: Readonly<Partial<Record<Status, 'charge' | Operation>>> = {
  requested: 'charge',
  unknown: 'charge',
  requires_action: 'charge',
  cancelling: 'charge',
  capturing: 'capture',
  recalling: 'capture',
  voiding: 'void',
};

/** The operation at the provider that a payment waits for, if any. */
export function awaited({ status, terms }: Pick<Payment, 'status' | 'terms'>): Operation | undefined {
  const operation = AWAITED[status];
  return operation === 'charge' ? firstOperation({ terms }) : operation;
}

/** That with which its money was asked for. */
export function firstOperation({ terms }: Pick<Payment, 'terms'>): Operation {
  return terms?.capture === 'manual' ? 'authorize' : 'capture';
}

/** How much of it the operation is about. */
export function amountOf(payment: Payment, operation: Operation): number {
  if (operation === 'void') return payment.authorizedAmount;
  const { amount, capture } = termsOf(payment);
  if (operation === 'authorize' || capture === 'automatic') return amount;
  return payment.capturingAmount || payment.capturedAmount;
}

/** What is neither given back nor about to be. */
export function keptOf({ capturedAmount, refundedAmount, refundingAmount }: Payment): number {
  return capturedAmount - refundedAmount - refundingAmount;
}

/** An outcome not known yet, or one that only a person can find out, is "unknown" to clients. */
const PUBLIC_STATUS: Readonly<Record<Status, PaymentStatus>> = {
  requested: 'requested',
  unknown: 'unknown',
  requires_action: 'requires_action',
  cancelling: 'unknown',
  declined: 'declined',
  authorized: 'authorized',
  capturing: 'authorized',
  recalling: 'authorized',
  captured: 'captured',
  voiding: 'authorized',
  refunding: 'captured',
  voided: 'voided',
  refunded: 'captured',
  expired: 'expired',
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
  const { actionUrl: url, status } = payment;
  return {
    id: payment.id,
    orderId: payment.orderId,
    status: publicStatus(status),
    version: payment.version,
    amount: moneyOf(payment),
    capturedAmount: payment.capturedAmount,
    refundedAmount: payment.refundedAmount,
    refundableAmount: payment.status === 'captured' ? keptOf(payment) : 0,
    method,
    capture,
    declineCode: payment.declineCode,
    nextAction: status === 'requires_action' && url !== null ? { type: 'redirect', url } : null,
    expiresAt: payment.expiresAt,
    createdAt: payment.createdAt,
    updatedAt: payment.updatedAt,
  };
}
