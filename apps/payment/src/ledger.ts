import { type LedgerAccount, type LedgerPosting } from '#contracts';

/**
 * Double entry, as transfers: one row moves an amount from one account to another, so that every journal balances by
 * construction and no sum is needed to see it. What a row debits it also credits.
 *
 *   provider_clearing   asset        what the provider holds for us; its balance is captured − refunded
 *   sales               revenue      what customers have paid, before refunds
 *   refunds             − revenue    what was given back: kept apart, so that both sums can be read
 *
 *   capture             debit provider_clearing   credit sales
 *   refund              debit refunds             credit provider_clearing
 *
 * docs/ledger.md has the chart for readers. An authorization posts nothing, nor does its void: no money moves. The
 * payment's authorizedAmount says what is held.
 */
type Account = LedgerAccount;

/** The journal is "capture", or the id of the refund: each can be posted once for a payment. */
export interface Transfer {
  readonly kind: 'transfer';
  readonly paymentId: string;
  readonly journal: string;
  readonly operation: 'capture' | 'refund';
  readonly debit: Account;
  readonly credit: Account;
  readonly amount: number;
  readonly currency: string;
  readonly at: string;
}

const POSTINGS: Readonly<
  Record<Transfer['operation'], { readonly debit: Account; readonly credit: Account }>
> = {
  capture: { debit: 'provider_clearing', credit: 'sales' },
  refund: { debit: 'refunds', credit: 'provider_clearing' },
};

export function post(
  operation: Transfer['operation'],
  journal: Pick<Transfer, 'paymentId' | 'journal' | 'amount' | 'currency' | 'at'>,
): Transfer {
  if (!Number.isSafeInteger(journal.amount) || journal.amount <= 0) {
    throw new Error(`${journal.paymentId} cannot move ${journal.amount}: a transfer is a positive integer`);
  }
  return { kind: 'transfer', operation, ...POSTINGS[operation], ...journal };
}

/** Both sides of a transfer, as clients see them. */
export function postingsOf({
  journal,
  debit,
  credit,
  amount,
  currency,
  at,
}: Omit<Transfer, 'kind' | 'paymentId' | 'operation'>): LedgerPosting[] {
  const money = { amount, currency };
  return [
    { journal, account: debit, debit: money, credit: null, at },
    { journal, account: credit, debit: null, credit: money, at },
  ];
}

/** Debits minus credits per account, of transfers in one currency. The balances of all accounts add up to zero. */
export function balances(transfers: readonly Transfer[]): Record<Account, number> {
  const sums: Record<Account, number> = { provider_clearing: 0, sales: 0, refunds: 0 };
  for (const { debit, credit, amount } of transfers) {
    sums[debit] += amount;
    sums[credit] -= amount;
  }
  return sums;
}
