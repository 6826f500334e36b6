import { type Change, type Saving, type Store } from '#loop';
import { outboxCtes, type Queryable } from '#persistence';
import { type Payment, type Terms } from './payment.js';
import { type PaymentRow } from './record.js';
import { keyOf, type PaymentState } from './refund.js';
import { loadRefunds, refundCtes, refundRows } from './refund.store.js';
import { iso } from './timestamp.store.js';

const COLUMNS = `'payment' as kind, id, order_id as "orderId", version, status, amount, currency, method, capture, charge_id as "chargeId",
  authorized_amount as "authorizedAmount", capturing_amount as "capturingAmount", captured_amount as "capturedAmount",
  refunding_amount as "refundingAmount", refunded_amount as "refundedAmount", waiting_refunds as "waitingRefunds",
  decline_code as "declineCode", ${iso('cancelled_at')} as "cancelledAt", attempts,
  action_url as "actionUrl", ${iso('expires_at')} as "expiresAt",
  ${iso('next_attempt_at')} as "nextAttemptAt", ${iso('created_at')} as "createdAt", ${iso('updated_at')} as "updatedAt"`;

type Amount =
  | 'authorizedAmount'
  | 'capturingAmount'
  | 'capturedAmount'
  | 'refundingAmount'
  | 'refundedAmount';

/** bigint arrives as text; every amount is below 2^53. */
interface Row extends Omit<Payment, 'terms' | Amount>, Readonly<Record<Amount, string>> {
  readonly amount: string | null;
  readonly currency: Terms['currency'];
  readonly method: Terms['method'];
  readonly capture: Terms['capture'];
}

/** Keys are ids of payments or refunds, or `idem:<uuid>` for the use of an idempotency key. */
async function load(
  db: Queryable,
  keys: readonly string[],
  lock: boolean,
): Promise<Map<string, PaymentState>> {
  const ofPayments = keys.filter((key) => key.startsWith('pay_'));
  const payments = await loadPayments(db, ofPayments, lock);
  if (ofPayments.length === keys.length) return payments;
  const found = new Map<string, PaymentState>(payments);
  const ids = keys.filter((key) => key.startsWith('ref_'));
  const uses = keys.filter((key) => key.startsWith(keyOf(''))).map((key) => key.slice(keyOf('').length));
  for (const refund of await loadRefunds(db, { ids, keys: uses }, lock)) {
    const { id: refundId, key, fingerprint } = refund;
    found.set(refundId, refund);
    if (key && fingerprint) found.set(keyOf(key), { kind: 'key', version: 1, key, fingerprint, refundId });
  }
  return found;
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
  const { amount, currency, method, capture, ...rest } = row;
  return {
    ...rest,
    terms: amount === null ? null : { amount: Number(amount), currency, method, capture },
    authorizedAmount: Number(row.authorizedAmount),
    capturingAmount: Number(row.capturingAmount),
    capturedAmount: Number(row.capturedAmount),
    refundingAmount: Number(row.refundingAmount),
    refundedAmount: Number(row.refundedAmount),
  };
}

/** Most batches only charge: their statement knows nothing of refunds, sums that are under way, nor of what expires. */
const saveText = (all: '' | 'all'): string => `
with change as (
  select * from json_to_recordset($1::json) as c(
    before integer, id text, "orderId" text, version integer, status text, amount bigint, currency text, method text,
    capture text, "chargeId" text, "authorizedAmount" bigint, "capturedAmount" bigint, "refundedAmount" bigint,
    "declineCode" text, "cancelledAt" timestamptz, attempts integer, "nextAttemptAt" timestamptz,
    ${all && '"capturingAmount" bigint, "refundingAmount" bigint, "waitingRefunds" json, "actionUrl" text, "expiresAt" timestamptz, '}
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
    ${all && 'capturing_amount = c."capturingAmount", refunding_amount = c."refundingAmount", waiting_refunds = c."waitingRefunds", '}
    ${all && 'action_url = c."actionUrl", expires_at = c."expiresAt", '}
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
  insert into ledger_transfers (payment_id, journal, operation, debit, credit, amount, currency, at)
  select "paymentId", journal, operation, debit, credit, amount, currency, at
  from json_to_recordset($3::json) as t("paymentId" text, journal text, operation text, debit text, credit text,
    amount bigint, currency text, at timestamptz)
), ${all && `${refundCtes('$7')}, `}${outboxCtes('$4', '$5')}
select waybill_expect((select count(*) from inserted) + (select count(*) from updated)${
  all && ' + (select count(*) from refunds_inserted) + (select count(*) from refunds_updated)'
}, $6, 'payments')`;

const SAVE = { name: 'save-payments', text: saveText('') };
const SAVE_ALL = { name: 'save-payments-and-refunds', text: saveText('all') };

/** Everything that a batch changes, in one statement: all or nothing. */
async function save(db: Queryable, saving: Saving<PaymentState, PaymentRow>): Promise<void> {
  const refunds = refundRows(saving.changes);
  const all = refunds.length > 0 || saving.changes.some(hasMore);
  const payments = paymentRows(saving.changes, all);
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
  const values = [
    JSON.stringify(payments),
    JSON.stringify(steps),
    JSON.stringify(transfers),
    JSON.stringify(saving.outbox),
    saving.sent,
    payments.length + refunds.length,
  ];
  if (all) await db.query({ ...SAVE_ALL, values: [...values, JSON.stringify(refunds)] });
  else await db.query({ ...SAVE, values });
}

/** What is 0 or null before and after needs not be written. A new payment has nothing of it. */
function hasMore({ before, after }: Change<PaymentState>): boolean {
  return [before, after].some(
    (state) =>
      state?.kind === 'payment' &&
      (state.capturingAmount + state.refundingAmount > 0 ||
        state.waitingRefunds !== null ||
        state.actionUrl !== null ||
        state.expiresAt !== null),
  );
}

function paymentRows(changes: Saving<PaymentState, PaymentRow>['changes'], all: boolean): object[] {
  return changes.flatMap(({ before, after }) => {
    if (after.kind !== 'payment') return [];
    const { kind: _, terms, capturingAmount, refundingAmount, ...rest } = after;
    const { waitingRefunds, actionUrl, expiresAt, ...usual } = rest;
    const more = all ? { capturingAmount, refundingAmount, waitingRefunds, actionUrl, expiresAt } : {};
    return [{ before: before?.version ?? 0, ...usual, ...terms, ...more }];
  });
}

export const paymentStore: Store<PaymentState, PaymentRow> = { load, save };

export interface Due {
  readonly paymentId: string;
  /** When it is a refund of that payment. */
  readonly refundId: string | null;
  readonly version: number;
  /** It is an authorization that has ended; else something to ask again about. */
  readonly expired: boolean;
  readonly requestId: string;
  readonly traceId: string;
  readonly messageId: string;
}

/**
 * Payments and refunds whose next attempt is due by the database's clock, or whose authorization has ended by it, with the
 * trace of the request that began them.
 */
export async function findDue(db: Queryable, limit: number, aheadMs = 0): Promise<Due[]> {
  const { rows } = await db.query<Due>({
    name: 'find-due-payments',
    text: `with due as (
             (select id as "paymentId", null as "refundId", version, 1 as began, next_attempt_at, false as expired from payments
              where next_attempt_at <= now() + $2 * interval '1 millisecond' order by next_attempt_at limit $1)
             union all
             (select payment_id, id, version, payment_version, next_attempt_at, false from refunds
              where next_attempt_at <= now() + $2 * interval '1 millisecond' order by next_attempt_at limit $1)
             union all
             (select id, null, version, 1, expires_at, true from payments
              where expires_at <= now() + $2 * interval '1 millisecond' and status = 'authorized'
              order by expires_at limit $1))
           select "paymentId", "refundId", due.version, expired, h.request_id as "requestId", h.trace_id as "traceId",
             h.message_id as "messageId"
           from due join payment_history h on h.payment_id = "paymentId" and h.version = began
           order by next_attempt_at limit $1`,
    values: [limit, aheadMs],
  });
  return rows;
}
