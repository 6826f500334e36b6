import { type LedgerAccount } from '#contracts';
import { type Queryable } from '#persistence';
import { type Transfer } from './ledger.js';
import { SIDES } from './ledger-closing.store.js';
import { iso } from './timestamp.store.js';
import { type Sums } from './trial-balance.js';

export interface PeriodQuery {
  readonly from: string;
  readonly to: string;
  readonly account?: LedgerAccount;
  readonly limit: number;
  readonly after?: string;
}

type Row = Omit<Transfer, 'kind' | 'operation' | 'amount'> & { readonly amount: string };

const FIRST_SLICE_MS = 3_600_000;

/**
 * Oldest first; one more than the limit, if there is one. Asks for an hour, then for eight, and so on: a page costs what is
 * on it, however long the period is.
 */
export async function listPeriod(db: Queryable, query: PeriodQuery) {
  const start = Date.parse(query.after?.split(' ')[0] ?? query.from);
  const end = Date.parse(query.to);
  for (let slice = FIRST_SLICE_MS; ; slice *= 8) {
    const to = Math.min(start + slice, end);
    const rows = await listSlice(db, query, new Date(to));
    if (rows.length > query.limit || to >= end) return rows;
  }
}

async function listSlice(db: Queryable, { from, account, limit, after }: PeriodQuery, to: Date) {
  const [at, paymentId, journal] = after?.split(' ') ?? [from, '', ''];
  const { rows } = await db.query<Row>({
    name: 'list-period',
    text: `select payment_id as "paymentId", journal, debit, credit, amount, currency, ${iso('at')} as at
           from ledger_transfers t
           where t.at >= $1 and t.at < $4 and (t.at, t.payment_id, t.journal) > ($1::timestamptz, $2, $3)
             and ($5::text is null or $5 in (debit, credit))
           order by t.at, t.payment_id, t.journal limit $6`,
    values: [at, paymentId, journal, to, account ?? null, limit + 1],
  });
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }));
}

/**
 * What every account was debited and credited with before `at`: by the sums of whole hours, and the postings of the hour that
 * has begun and those that are in no sum yet. In one statement, and so of one moment. Accounts without postings are left out.
 */
export async function sumsBefore(db: Queryable, at: string): Promise<Sums[]> {
  const begun = `date_trunc('hour', $1::timestamptz, 'UTC')`;
  const { rows } = await db.query<Omit<Sums, 'debit' | 'credit'> & { debit: string; credit: string }>({
    name: 'ledger-sums-before',
    text: `select account, currency, sum(debited) as debit, sum(credited) as credit from (
             select account, currency, debit as debited, credit as credited from ledger_hours where hour < ${begun}
             union all
             select account, currency, debited, credited from ledger_transfers t ${SIDES}
             where t.at >= ${begun} and t.at < $1
             union all
             select account, currency, debited, credited from ledger_transfers t ${SIDES}
             where t.at < ${begun} and t.number > (select closed_to from ledger_closing)) as part
           group by account, currency order by currency, account`,
    values: [at],
  });
  return rows.map((row) => ({ ...row, debit: Number(row.debit), credit: Number(row.credit) }));
}
