import { type ListOfPayment } from '#contracts';
import { type Queryable } from '#persistence';
import { type Transfer } from './ledger.js';
import { iso } from './timestamp.store.js';

type Row = Omit<Transfer, 'kind' | 'paymentId' | 'operation' | 'amount'> & { readonly amount: string };

/** Oldest first; one more than the limit, if there is one. */
export async function listTransfers(db: Queryable, { paymentId, limit, after }: ListOfPayment) {
  const [at, journal] = after?.split(' ') ?? ['-infinity', ''];
  const { rows } = await db.query<Row>({
    name: 'list-transfers',
    text: `select journal, debit, credit, amount, currency, ${iso('at')} as at from ledger_transfers t
           where payment_id = $1 and (t.at, journal) > ($2::timestamptz, $3) order by t.at, journal limit $4`,
    values: [paymentId, at, journal, limit + 1],
  });
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }));
}
