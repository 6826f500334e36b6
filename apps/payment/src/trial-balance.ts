import { type CurrencyTotal, type LedgerAccount, type PeriodBalance } from '#contracts';

/** What an account was debited and credited with in one currency. */
export interface Sums {
  readonly account: LedgerAccount;
  readonly currency: string;
  readonly debit: number;
  readonly credit: number;
}

/** Every account that has postings by the end, with its balance then and when the period began. */
export function periodBalances(before: readonly Sums[], after: readonly Sums[]): PeriodBalance[] {
  const nameOf = ({ account, currency }: Sums): string => `${account} ${currency}`;
  const opening = new Map(before.map((sums) => [nameOf(sums), sums.debit - sums.credit]));
  return after.map((sums) => ({
    account: sums.account,
    currency: sums.currency,
    opening: opening.get(nameOf(sums)) ?? 0,
    closing: sums.debit - sums.credit,
  }));
}

/** What was debited and credited in each currency: the same, or the books are broken. */
export function totalsOf(sums: readonly Sums[]): CurrencyTotal[] {
  const totals = new Map<string, CurrencyTotal>();
  for (const { currency, debit, credit } of sums) {
    const total = totals.get(currency) ?? { currency, debit: 0, credit: 0, balance: 0 };
    totals.set(currency, {
      currency,
      debit: total.debit + debit,
      credit: total.credit + credit,
      balance: total.balance + debit - credit,
    });
  }
  return [...totals.values()];
}
