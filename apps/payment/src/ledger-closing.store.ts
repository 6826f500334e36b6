import { type Queryable } from '#persistence';

/** Both sides of a transfer `t`. */
export const SIDES = `cross join lateral (values (t.debit, t.amount, 0::bigint), (t.credit, 0, t.amount))
  as posting (account, debited, credited)`;

/** Up to where is closed next, and who may still be posting below that. */
export interface Next {
  readonly lastNumber: string;
  readonly writers: readonly string[];
}

export async function findNext(db: Queryable): Promise<Next | undefined> {
  const { rows } = await db.query<Next>({
    name: 'find-next-closing',
    text: `select next_to as "lastNumber", next_writers as writers from ledger_closing where next_to is not null`,
  });
  return rows[0];
}

/** Of the last posting that is committed and in no sum yet; null when there is none. */
export async function findLastNumber(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ number: string | null }>({
    name: 'find-last-posting',
    text: 'select max(number) as number from ledger_transfers where number > (select closed_to from ledger_closing)',
  });
  return rows[0]?.number ?? null;
}

/** The transactions that have the lock under which one posts. It is taken before a posting gets its number, and kept until the end. */
export async function findWriters(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ writer: string }>({
    name: 'find-posting-transactions',
    text: `select virtualtransaction as writer from pg_locks
           where database = (select oid from pg_database where datname = current_database())
             and relation = 'ledger_transfers'::regclass and mode = 'RowExclusiveLock'`,
  });
  return rows.map(({ writer }) => writer);
}

export async function saveNext(db: Queryable, lastNumber: string | null, writers: readonly string[]) {
  await db.query({
    name: 'save-next-closing',
    text: 'update ledger_closing set next_to = $1, next_writers = $2',
    values: [lastNumber, writers],
  });
}

/**
 * Adds the next postings up to this number to their hours; false when none is left. All of them must be committed, or never
 * be. Two replicas may do it at the same time: the second goes on where the first has ended.
 */
export async function closeSome(db: Queryable, lastNumber: string, limit: number): Promise<boolean> {
  const { rows } = await db.query({
    name: 'close-postings',
    text: `with span as (
             select closed_to as after, least($1::bigint, closed_to + $2) as last from ledger_closing
             where closed_to < $1 for update
           ), closed as (
             update ledger_closing set closed_to = span.last from span
           ), added as (
             insert into ledger_hours as h (hour, account, currency, debit, credit)
             select date_trunc('hour', t.at, 'UTC'), account, currency, sum(debited), sum(credited)
             from ledger_transfers t ${SIDES}
             where t.number > (select after from span) and t.number <= (select last from span) group by 1, 2, 3
             on conflict (hour, account, currency) do update set debit = h.debit + excluded.debit,
               credit = h.credit + excluded.credit
           ) select last from span`,
    values: [lastNumber, limit],
  });
  return rows.length > 0;
}
