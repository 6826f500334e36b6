import { type Saving, type Store } from '#loop';
import { outboxCtes, type Queryable } from '#persistence';
import { type PaymentRow } from './decide.js';
import { type Payment, type Terms } from './payment.js';

/** Timestamps leave Postgres as RFC 3339 UTC with milliseconds: what clients see, and what compares as text. */
const iso = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const COLUMNS = `id, order_id as "orderId", version, status, amount, currency, method, capture, charge_id as "chargeId",
  authorized_amount as "authorizedAmount", captured_amount as "capturedAmount", refunded_amount as "refundedAmount",
  decline_code as "declineCode", ${iso('cancelled_at')} as "cancelledAt", attempts,
  ${iso('next_attempt_at')} as "nextAttemptAt", ${iso('created_at')} as "createdAt", ${iso('updated_at')} as "updatedAt"`;

/** bigint arrives as text; every amount is below 2^53. */
interface Row extends Omit<Payment, 'terms' | 'authorizedAmount' | 'capturedAmount' | 'refundedAmount'> {
  readonly amount: string | null;
  readonly currency: Terms['currency'];
  readonly method: Terms['method'];
  readonly capture: Terms['capture'];
  readonly authorizedAmount: string;
  readonly capturedAmount: string;
  readonly refundedAmount: string;
}

export async function loadPayments(
  db: Queryable,
  ids: readonly string[],
  lock: boolean,
): Promise<Map<string, Payment>> {
  const { rows } = await db.query<Row>({
    name: lock ? 'lock-payments' : 'load-payments',
    text: `select ${COLUMNS} from payments where id = any($1::text[]) order by id ${lock ? 'for update' : ''}`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, paymentOf(row)]));
}

function paymentOf(row: Row): Payment {
  const { amount, currency, method, capture, authorizedAmount, capturedAmount, refundedAmount, ...rest } =
    row;
  return {
    ...rest,
    terms: amount === null ? null : { amount: Number(amount), currency, method, capture },
    authorizedAmount: Number(authorizedAmount),
    capturedAmount: Number(capturedAmount),
    refundedAmount: Number(refundedAmount),
  };
}

const SAVE = `
with change as (
  select * from json_to_recordset($1::json) as c(
    before integer, id text, "orderId" text, version integer, status text, amount bigint, currency text, method text,
    capture text, "chargeId" text, "authorizedAmount" bigint, "capturedAmount" bigint, "refundedAmount" bigint,
    "declineCode" text, "cancelledAt" timestamptz, attempts integer, "nextAttemptAt" timestamptz,
    "createdAt" timestamptz, "updatedAt" timestamptz)
), inserted as (
  insert into payments (id, order_id, version, status, amount, currency, method, capture, charge_id, authorized_amount,
    captured_amount, refunded_amount, decline_code, cancelled_at, attempts, next_attempt_at, created_at, updated_at)
  select id, "orderId", version, status, amount, currency, method, capture, "chargeId", "authorizedAmount",
    "capturedAmount", "refundedAmount", "declineCode", "cancelledAt", attempts, "nextAttemptAt", "createdAt", "updatedAt"
  from change where before = 0
  returning 1
), updated as (
  update payments p set version = c.version, status = c.status, amount = c.amount, currency = c.currency,
    method = c.method, capture = c.capture, charge_id = c."chargeId", authorized_amount = c."authorizedAmount",
    captured_amount = c."capturedAmount", refunded_amount = c."refundedAmount", decline_code = c."declineCode",
    cancelled_at = c."cancelledAt", attempts = c.attempts, next_attempt_at = c."nextAttemptAt", updated_at = c."updatedAt"
  from change c where c.before > 0 and p.id = c.id and p.version = c.before
  returning 1
), history as (
  insert into payment_history (payment_id, version, from_status, to_status, at, cause, message_id, request_id, trace_id,
    detail)
  select "paymentId", version, "from", "to", at, cause, "messageId", "requestId", "traceId", detail
  from json_to_recordset($2::json) as h("paymentId" text, version integer, "from" text, "to" text, at timestamptz,
    cause text, "messageId" text, "requestId" text, "traceId" text, detail json)
), posted as (
  insert into ledger_transfers (payment_id, operation, debit, credit, amount, currency, at)
  select "paymentId", operation, debit, credit, amount, currency, at
  from json_to_recordset($3::json) as t("paymentId" text, operation text, debit text, credit text, amount bigint,
    currency text, at timestamptz)
), ${outboxCtes('$4', '$5')}
select waybill_expect((select count(*) from inserted) + (select count(*) from updated), $6, 'payments')`;

/** Everything that a batch changes, in one statement: all or nothing. */
export async function savePayments(db: Queryable, saving: Saving<Payment, PaymentRow>): Promise<void> {
  const payments = saving.changes.map(({ before, after: { terms, ...payment } }) => ({
    before: before?.version ?? 0,
    ...payment,
    ...terms,
  }));
  const steps: object[] = [];
  const transfers: object[] = [];
  for (const { row, cause } of saving.appended) {
    if (row.kind === 'transfer') transfers.push(row);
    else {
      const { requestId, traceparent } = cause.trace;
      const from = { cause: cause.type, messageId: cause.id, requestId, traceId: traceparent.slice(3, 35) };
      steps.push({ ...row, ...from });
    }
  }
  await db.query({
    name: 'save-payments',
    text: SAVE,
    values: [
      JSON.stringify(payments),
      JSON.stringify(steps),
      JSON.stringify(transfers),
      JSON.stringify(saving.outbox),
      saving.sent,
      payments.length,
    ],
  });
}

export const paymentStore: Store<Payment, PaymentRow> = { load: loadPayments, save: savePayments };

export interface Due {
  readonly paymentId: string;
  readonly version: number;
  readonly requestId: string;
  readonly traceId: string;
  readonly messageId: string;
}

/** Payments whose next attempt is due by the database's clock, with the trace of the request that began them. */
export async function findDue(db: Queryable, limit: number): Promise<Due[]> {
  const { rows } = await db.query<Due>({
    name: 'find-due-payments',
    text: `select p.id as "paymentId", p.version, h.request_id as "requestId", h.trace_id as "traceId",
             h.message_id as "messageId"
           from payments p join payment_history h on h.payment_id = p.id and h.version = 1
           where p.next_attempt_at <= now() order by p.next_attempt_at limit $1`,
    values: [limit],
  });
  return rows;
}
