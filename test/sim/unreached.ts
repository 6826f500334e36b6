import { ACTIONS } from './actions.js';
import { CELLS as OF_TABLES } from './cells.js';
import { type Counts } from './coverage.js';

/** The cells of the tables, and every kind of thing that can happen. */
const CELLS: readonly string[] = [...OF_TABLES, ...ACTIONS.map(({ name }) => `happened: ${name}`)];

/** Cells of the tables that no history of this simulation can reach, and why. */
const BY_DEFECT: readonly (readonly [cells: RegExp, because: string])[] = [
  [
    /^payment \w+: (stuck|withheld)$/,
    'the provider would have moved another amount, or refused what must be possible',
  ],
  [/^payment \w+: bounced$/, 'the provider would take back that it has refunded'],
  [/^payment halted: /, 'nothing is halted unless something was stuck'],
  [
    /^payment (authorized|capturing|voided|expired|captured|refunding|refunded): declined$/,
    'the provider would decline what it has granted under the same key',
  ],
  [
    /^payment (authorized|capturing|recalling|captured|voiding|refunding|voided|refunded|expired): action$/,
    'the provider would ask a customer again who has answered',
  ],
  [/^payment (captured|refunding|refunded): expired$/, 'what is captured does not end by itself'],
  [/^payment expired: (authorized|voided)$/, 'the provider would grant what it has let go of'],
  [/^stock (nothing|rejected): change$/, 'lines change only of what was reserved'],
  [
    /^stock nothing: (commit|restock|expire)$/,
    'nothing is committed, given back or due that was never reserved',
  ],
  [/^stock (rejected|commit_refused|released): restock$/, 'nothing is given back of what was not held'],
  [/^stock rejected: (commit|expire)$/, 'an order that was rejected is not paid, and has no hold'],
  [/^order rejected: (stock_changed|change_refused)$/, 'an order that was rejected had no lines to change'],
];

/** Reached by fewer than one history in five hundred, if at all: not to be expected of a short run. */
const RARE: Readonly<Record<string, string>> = {
  'order reserving': 'stock_expired',
  'order charging': 'payment_requested, payment_expired, stock_changed, change_refused',
  'order awaiting_payment': 'action_required, change_refused',
  'order paying': 'stock_expired, payment_returned, payment_expired, stock_changed, change_refused',
  'order changing': 'stock_reserved, stock_expired, payment_declined, action_required, deadline_passed',
  'order confirmed': 'stock_expired, commit_refused, deadline_passed, stock_changed, change_refused',
  'order fulfilled':
    'stock_expired, commit_refused, payment_requested, payment_expired, action_required, deadline_passed, cancel_requested, stock_changed, change_refused',
  'order rejected': 'payment_requested, deadline_passed, stock_expired',
  'order cancelled': 'commit_refused, payment_expired, deadline_passed, change_refused',
  'payment requested': 'expired',
  'payment unknown': 'expired',
  'payment requires_action': 'action, expired',
  'payment cancelling': 'expired',
  'payment declined': 'authorized, captured, unknown, action, expired',
  'payment capturing': 'cancel, void, authorized, expired',
  'payment recalling': 'cancel, capture, void, authorized, captured, declined, unknown, expired',
  'payment captured': 'authorized, returned, unknown',
  'payment voiding': 'authorized, declined, expired',
  'payment refunding': 'void, authorized, captured, returned, unknown',
  'payment voided': 'authorized, unknown, expired',
  'payment refunded': 'void, authorized, captured, returned, unknown',
  'payment expired': 'cancel, capture, void, unknown, expired',
  'stock held': 'restock',
  'stock committed': 'expire, change',
  'stock returned': 'reserve, commit, expire, restock, change',
  'stock released': 'commit, expire, change',
  'stock expired': 'expire, restock, change',
  'stock commit_refused': 'reserve, release, commit, expire, change',
  'refund unknown': 'unknown',
  'refund succeeded': 'succeeded, unknown',
};

/** Why a cell cannot be reached; undefined when it can. */
export function whyUnreached(cell: string): string | undefined {
  return BY_DEFECT.find(([cells]) => cells.test(cell))?.[1];
}

export const REACHABLE: readonly string[] = CELLS.filter((cell) => whyUnreached(cell) === undefined);

export function isRare(cell: string): boolean {
  const [where = '', what = ''] = cell.split(': ');
  return RARE[where]?.split(', ').includes(what) ?? false;
}

/** Reachable, and not reached. */
export function missedBy(counts: Counts): string[] {
  return REACHABLE.filter((cell) => !counts.has(cell));
}

/** Claimed to be out of reach, and reached all the same: the claim is wrong, or something else is. */
export function surprisesIn(counts: Counts): string[] {
  return CELLS.filter((cell) => whyUnreached(cell) !== undefined && counts.has(cell));
}

/** One line for each cell: how often it was reached, or why it is not. */
export function tableOf(counts: Counts): string {
  return CELLS.map((cell) => {
    const why = whyUnreached(cell);
    return `${cell.padEnd(44)} ${counts.get(cell) ?? (why ? `– ${why}` : 'MISSED')}`;
  }).join('\n');
}
