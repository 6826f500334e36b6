import { Controller } from '@nestjs/common';
import {
  type GetTrialBalance,
  getTrialBalance,
  type LedgerPeriod,
  type ListLedger,
  listLedger,
  type PeriodBalance,
  type TrialBalance,
} from '#contracts';
import { OnRpc } from '#messaging';
import { Database, type Tx } from '#persistence';
import { postingsOf } from './ledger.js';
import { listPeriod, sumsBefore } from './ledger-period.store.js';
import { periodBalances, totalsOf } from './trial-balance.js';

/** The ledger of a period, over all payments. */
@Controller()
export class LedgerHandlers {
  constructor(private readonly database: Database) {}

  /** A page and its balances are several statements, which see one moment. */
  @OnRpc(listLedger)
  list(asked: ListLedger): Promise<LedgerPeriod> {
    return this.database.snapshot((tx) => pageOf(tx, asked));
  }

  @OnRpc(getTrialBalance)
  async trialBalance({ at: told, untilNow }: GetTrialBalance): Promise<TrialBalance> {
    const at = untilNow ? this.database.now().toISOString() : told;
    const sums = await sumsBefore(this.database, at);
    const accounts = sums.map(({ account, currency, debit, credit }) => ({
      account,
      currency,
      balance: debit - credit,
    }));
    return { at, accounts, totals: totalsOf(sums) };
  }
}

async function pageOf(tx: Tx, asked: ListLedger): Promise<LedgerPeriod> {
  const transfers = await listPeriod(tx, asked);
  const shown = transfers.slice(0, asked.limit);
  const last = transfers.length > asked.limit ? shown.at(-1) : undefined;
  const data = shown.flatMap((transfer) =>
    postingsOf(transfer)
      .filter(({ account }) => asked.account === undefined || account === asked.account)
      .map((posting) => ({ paymentId: transfer.paymentId, ...posting })),
  );
  const balances = asked.after === undefined ? await balancesOf(tx, asked) : null;
  return { data, balances, next: last ? `${last.at} ${last.paymentId} ${last.journal}` : null };
}

async function balancesOf(tx: Tx, { from, to, account }: ListLedger): Promise<PeriodBalance[]> {
  const [before, after] = [await sumsBefore(tx, from), await sumsBefore(tx, to)];
  return periodBalances(before, after).filter((one) => account === undefined || one.account === account);
}
