import { type ListOfPayment } from '#contracts';
import { type Change } from '#loop';
import { type Queryable } from '#persistence';
import { type PaymentState, type Refund } from './refund.js';
import { iso } from './timestamp.store.js';

const COLUMNS = `'refund' as kind, id, payment_id as "paymentId", version, status, amount, currency, reason, key, fingerprint,
  payment_version as "paymentVersion", attempts, ${iso('next_attempt_at')} as "nextAttemptAt",
  ${iso('created_at')} as "createdAt", ${iso('updated_at')} as "updatedAt"`;

/** bigint arrives as text; every amount is below 2^53. */
type Row = Omit<Refund, 'amount'> & { readonly amount: string };

const refundOf = (row: Row): Refund => ({ ...row, amount: Number(row.amount) });

/** By id, or by the idempotency key of the request that asked for it. */
export async function loadRefunds(
  db: Queryable,
  { ids, keys }: { readonly ids: readonly string[]; readonly keys: readonly string[] },
  lock: boolean,
): Promise<Refund[]> {
  const { rows } = await db.query<Row>({
    name: lock ? 'lock-refunds' : 'load-refunds',
    text: `select ${COLUMNS} from refunds where id = any($1::text[]) or key = any($2::uuid[])
           order by id ${lock ? 'for update' : ''}`,
    values: [ids, keys],
  });
  return rows.map(refundOf);
}

/** Oldest first; one more than the limit, if there is one. */
export async function listRefunds(
  db: Queryable,
  { paymentId, limit, after }: ListOfPayment,
): Promise<Refund[]> {
  const [at, id] = after?.split(' ') ?? ['-infinity', ''];
  const { rows } = await db.query<Row>({
    name: 'list-refunds',
    text: `select ${COLUMNS} from refunds where payment_id = $1 and (created_at, id) > ($2::timestamptz, $3)
           order by created_at, id limit $4`,
    values: [paymentId, at, id, limit + 1],
  });
  return rows.map(refundOf);
}

/** Part of the statement that saves a batch, when it has refunds in it. A key that is taken stops the statement. */
export const refundCtes = (rows: string): string => `refund_change as (
  select * from json_to_recordset(${rows}::json) as c(
    before integer, id text, "paymentId" text, version integer, status text, amount bigint, currency text, reason text,
    key uuid, fingerprint uuid, "paymentVersion" integer, attempts integer, "nextAttemptAt" timestamptz,
    "createdAt" timestamptz, "updatedAt" timestamptz)
), refunds_inserted as (
  insert into refunds (id, payment_id, version, status, amount, currency, reason, key, fingerprint, payment_version,
    attempts, next_attempt_at, created_at, updated_at)
  select id, "paymentId", version, status, amount, currency, reason, key, fingerprint, "paymentVersion", attempts,
    "nextAttemptAt", "createdAt", "updatedAt"
  from refund_change where before = 0
  returning 1
), refunds_updated as (
  update refunds r set version = c.version, status = c.status, attempts = c.attempts, next_attempt_at = c."nextAttemptAt",
    updated_at = c."updatedAt"
  from refund_change c where c.before > 0 and r.id = c.id and r.version = c.before
  returning 1
)`;

/** The rows of `refundCtes`. The use of a key is stored with its refund. */
export function refundRows(changes: readonly Change<PaymentState>[]): object[] {
  return changes.flatMap(({ before, after }) =>
    after.kind === 'refund' ? [{ before: before?.version ?? 0, ...after }] : [],
  );
}
