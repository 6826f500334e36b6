import { type Queryable } from '#persistence';
import { type Booked } from './differences.js';
import { type Period } from './provider.js';

type Row = Omit<Booked, 'amount'> & { readonly amount: string; readonly since: Date };

/** An authorization may stand for days before it is captured: that one began when the capture was asked for. */
const COLUMNS = `t.payment_id as "paymentId", t.operation, t.journal, t.amount, t.currency, t.at,
  coalesce(r.created_at, case when p.capture = 'manual' then (
    select min(h.at) from payment_history h where h.payment_id = p.id and h.to_status = 'capturing') end, p.created_at) as since
  from ledger_transfers t join payments p on p.id = t.payment_id left join refunds r on r.id = t.journal`;

/** What we have posted in a period. `since`: when the provider may have done it at the earliest. */
export async function bookedIn(db: Queryable, { from, to }: Period) {
  const text = `select ${COLUMNS} where t.at >= $1 and t.at < $2`;
  const { rows } = await db.query<Row>({ name: 'booked-in', text, values: [from, to] });
  return rows.map(withNumber);
}

/** All that we have posted for these payments. */
export async function bookedOf(db: Queryable, paymentIds: readonly string[]): Promise<Booked[]> {
  const text = `select ${COLUMNS} where t.payment_id = any($1)`;
  const { rows } = await db.query<Row>({ name: 'booked-of', text, values: [paymentIds] });
  return rows.map(withNumber);
}

/** Those of the payments that wait for an answer of the provider, themselves or with a refund. */
export async function unsettledOf(db: Queryable, paymentIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>({
    name: 'unsettled-of',
    text: `select id from payments where id = any($1) and next_attempt_at is not null
           union select payment_id from refunds where payment_id = any($1) and next_attempt_at is not null`,
    values: [paymentIds],
  });
  return new Set(rows.map(({ id }) => id));
}

function withNumber(row: Row): Booked & { readonly since: Date } {
  return { ...row, amount: Number(row.amount) };
}
