import { type Invariant } from '#persistence';
import { SIDES } from './ledger-closing.store.js';
import { FACTS, STATUSES, STEPS } from './payment.js';

/** The table that the service decides by, as SQL: from, to. */
const LEGAL = [
  `('', 'requested')`,
  `('', 'declined')`,
  ...STATUSES.flatMap((from) => {
    const reached = new Set(FACTS.map((_, column) => STEPS[from][column]));
    // A version may also be about another attempt, a refund, or the late charge of a cancelled payment: the status stays.
    return [...new Set([...reached, from])]
      .filter((to) => to !== '_' && to !== '!' && to !== 'X')
      .map((to) => `('${from}', '${to}')`);
  }),
].join(', ');

/** Of the database of the payment service. The statements read whole tables: for tests and reports. */
export const paymentInvariants: readonly Invariant[] = [
  {
    id: 'A1',
    name: 'every journal balances: a transfer debits one account and credits another',
    sql: `select payment_id, operation from ledger_transfers where debit = credit or amount <= 0`,
  },
  {
    id: 'A1',
    name: 'what the ledger moved for a payment is what the payment says it took and gave back',
    sql: `select id, captured_amount, refunded_amount, moved.captured, moved.refunded
          from payments left join (
            select payment_id as id, sum(amount) filter (where operation = 'capture') as captured,
              sum(amount) filter (where operation = 'refund') as refunded
            from ledger_transfers group by payment_id) moved using (id)
          where captured_amount <> coalesce(moved.captured, 0) or refunded_amount <> coalesce(moved.refunded, 0)`,
  },
  {
    id: 'A1',
    name: 'every transfer belongs to a payment, in its currency, between the accounts of its operation',
    sql: `select t.payment_id, t.operation from ledger_transfers t left join payments p on p.id = t.payment_id
          where p.id is null or p.currency <> t.currency or (t.operation, t.debit, t.credit) not in (
            ('capture', 'provider_clearing', 'sales'), ('refund', 'refunds', 'provider_clearing'))`,
  },
  {
    id: 'A1',
    name: 'the trial balance is zero in every currency',
    sql: `select currency, sum(balance) from trial_balance group by currency having sum(balance) <> 0`,
  },
  {
    id: 'A1',
    name: 'the balance of each account is what the payments say',
    sql: `with said as (
            select currency, 'provider_clearing' as account, sum(captured_amount - refunded_amount) as balance
            from payments where captured_amount > 0 group by currency
            union all select currency, 'sales', -sum(captured_amount) from payments where captured_amount > 0 group by currency
            union all select currency, 'refunds', sum(refunded_amount) from payments where refunded_amount > 0 group by currency)
          select account, currency, said.balance as said, b.balance as posted
          from said full join trial_balance b using (account, currency)
          where said.balance is distinct from b.balance`,
  },
  {
    id: 'A1',
    name: 'what an hour of the ledger says is the sum of the postings in it that are closed',
    sql: `with posted as (
            select date_trunc('hour', t.at, 'UTC') as hour, account, currency, sum(debited) as debit, sum(credited) as credit
            from ledger_transfers t ${SIDES}
            where t.number is null or t.number <= (select closed_to from ledger_closing) group by 1, 2, 3)
          select hour, account, currency, said.debit, said.credit, posted.debit as posted_debit, posted.credit as posted_credit
          from ledger_hours said full join posted using (hour, account, currency)
          where (said.debit, said.credit) is distinct from (posted.debit, posted.credit)`,
  },
  {
    id: 'A1',
    name: 'a refund is posted when it has succeeded, and only then',
    sql: `select coalesce(r.id, t.journal) as id, r.status, r.amount, t.amount as posted
          from (select * from refunds where status = 'succeeded') r
          full join (select * from ledger_transfers where operation = 'refund') t
            on t.journal = r.id and t.payment_id = r.payment_id and t.amount = r.amount and t.currency = r.currency
          where r.id is null or t.journal is null`,
  },
  {
    id: 'A2',
    name: 'a payment is captured at most once, and each of its refunds is posted at most once',
    sql: `select payment_id, journal from ledger_transfers group by 1, 2 having count(*) > 1`,
  },
  {
    id: 'A2',
    name: 'refunds ≤ captures ≤ authorized ≤ asked, what is under way included',
    sql: `select id from payments where refunded_amount + refunding_amount > captured_amount
          or captured_amount + capturing_amount > authorized_amount
          or authorized_amount > coalesce(amount, 0) or amount <= 0`,
  },
  {
    id: 'A2',
    name: 'what a payment gives back is what its refunds give back',
    sql: `select p.id, p.refunding_amount, p.refunded_amount, r.open, r.succeeded
          from payments p full join (
            select payment_id as id, coalesce(sum(amount) filter (where status <> 'succeeded'), 0) as open,
              coalesce(sum(amount) filter (where status = 'succeeded'), 0) as succeeded
            from refunds group by payment_id) r using (id)
          where p.id is null or p.refunding_amount <> coalesce(r.open, 0) or p.refunded_amount <> coalesce(r.succeeded, 0)`,
  },
  {
    id: 'A2',
    name: 'the status of a payment says what became of its money',
    sql: `select id, status, authorized_amount, captured_amount, refunded_amount from payments
          where status <> 'halted' and ((authorized_amount > 0, captured_amount > 0, capturing_amount > 0) is distinct from (
            status in ('authorized', 'capturing', 'recalling', 'captured', 'voiding', 'refunding', 'voided', 'refunded', 'expired'),
            status in ('captured', 'refunding', 'refunded'), status in ('capturing', 'recalling'))
          or (status = 'refunded' and refunded_amount <> captured_amount)
          or (status = 'refunding' and refunded_amount + refunding_amount <> captured_amount))`,
  },
  {
    id: 'A3',
    name: 'a payment took only legal steps, one version at a time',
    sql: `with step as (
            select *, lag(to_status) over w as previous, lag(version) over w as previous_version
            from payment_history window w as (partition by payment_id order by version))
          select payment_id, version, from_status, to_status from step
          where version <> coalesce(previous_version, 0) + 1
             or from_status is distinct from previous
             or (coalesce(from_status, ''), to_status) not in (${LEGAL})`,
  },
  {
    id: 'A3',
    name: 'a payment stands where its last step led',
    sql: `select p.id, p.status, p.version from payments p
          where not exists (select 1 from payment_history h
            where h.payment_id = p.id and h.version = p.version and h.to_status = p.status)
             or exists (select 1 from payment_history h where h.payment_id = p.id and h.version > p.version)`,
  },
  {
    id: 'A4',
    name: 'the intent was there before the provider was called',
    sql: `select h.payment_id, h.cause from payment_history h
          where h.cause like 'payment.provider_%' and not exists (select 1 from payment_history intent
            where intent.payment_id = h.payment_id and intent.version < h.version
              and intent.to_status in ('requested', 'capturing', 'voiding', 'refunding'))`,
  },
  {
    id: 'A4',
    name: 'a refund was there before the provider was called',
    sql: `select h.payment_id, h.version, h.detail from payment_history h
          where h.cause like 'payment.provider_%' and h.detail ->> 'operation' = 'refund'
            and h.detail ->> 'refundId' is not null and not exists (
            select 1 from refunds r join payment_history intent
              on intent.payment_id = r.payment_id and intent.version = r.payment_version
            where r.id = h.detail ->> 'refundId' and r.payment_id = h.payment_id and intent.version < h.version
              and (intent.detail ->> 'refundId' = r.id or r.key is null))`,
  },
  {
    id: 'A4',
    name: 'what waits for the provider has a time at which it is asked again',
    sql: `select id, status from payments where (next_attempt_at is not null)
          <> (status in ('requested', 'unknown', 'requires_action', 'cancelling', 'capturing', 'recalling', 'voiding'))
          union all select id, status from refunds where (next_attempt_at is not null) <> (status in ('requested', 'unknown'))`,
  },
  {
    id: 'Q1',
    name: 'no payment is left unsettled, unknown or halted',
    sql: `select id, status, next_attempt_at from payments where status in (
            'requested', 'unknown', 'requires_action', 'cancelling', 'capturing', 'recalling', 'voiding', 'refunding', 'halted')`,
  },
  {
    id: 'A2',
    name: 'an authorization has an end, and nothing else but the step of a customer does',
    sql: `select id, status, expires_at, action_url from payments
          where (expires_at is not null) <> (status in ('authorized', 'requires_action'))
             or (action_url is not null and status not in ('requires_action', 'cancelling'))
             or (action_url is null and status = 'requires_action')`,
  },
  {
    id: 'Q1',
    name: 'no authorization stands past its end',
    sql: `select id, status, expires_at from payments
          where status = 'authorized' and expires_at < now() - interval '5 seconds'`,
  },
  {
    id: 'Q1',
    name: 'no refund is left unsettled, unknown or halted',
    sql: `select id, status, next_attempt_at from refunds where status <> 'succeeded'`,
  },
  {
    id: 'Q1',
    name: 'a cancelled payment keeps nothing',
    sql: `select id, status from payments where cancelled_at is not null
          and (captured_amount <> refunded_amount or status not in ('declined', 'voided', 'refunded', 'expired'))`,
  },
  {
    id: 'Q1',
    name: 'no refund waits for a capture',
    sql: `select id, status, waiting_refunds from payments where waiting_refunds is not null`,
  },
  { id: 'Q2', name: 'the outbox is drained', sql: 'select id, type from outbox' },
];
