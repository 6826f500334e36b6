-- What is under way counts as taken: neither captures nor refunds that race can go beyond what there is. Rules that are
-- checked together are one constraint: the database prepares each of them for every statement.
alter table payments
  add column capturing_amount bigint not null default 0,
  add column refunding_amount bigint not null default 0,
  drop constraint payments_status_check,
  drop constraint payments_authorized_amount_check,
  drop constraint payments_refunded_amount_check,
  drop constraint payments_amounts,
  drop constraint payments_waiting;

-- A refund waits for the provider in a row of its own; a payment that is given back waits for its refunds.
update payments set next_attempt_at = null, refunding_amount = captured_amount where status = 'refunding';

alter table payments
  add constraint payments_status_check check (status in ('requested', 'unknown', 'cancelling', 'declined', 'authorized',
    'capturing', 'recalling', 'captured', 'voiding', 'refunding', 'voided', 'refunded', 'halted')),
  add constraint payments_amounts check (refunded_amount >= 0 and refunding_amount >= 0 and capturing_amount >= 0
    and refunded_amount + refunding_amount <= captured_amount and captured_amount + capturing_amount <= authorized_amount
    and authorized_amount <= coalesce(amount, 0)),
  add constraint payments_waiting check ((next_attempt_at is not null)
    = (status in ('requested', 'unknown', 'cancelling', 'capturing', 'recalling', 'voiding'))
    and (status = 'halted' or (capturing_amount > 0) = (status in ('capturing', 'recalling'))));

create table refunds (
  id text collate "C" primary key,
  payment_id text collate "C" not null,
  version integer not null check (version > 0),
  status text not null check (status in ('requested', 'unknown', 'succeeded', 'halted')),
  amount bigint not null check (amount > 0),
  currency text not null,
  reason text,
  -- The request that asked for it; null when a cancel did. Kept for ever: longer than the 72 hours that clients are promised.
  key uuid unique,
  fingerprint uuid,
  -- The step of the payment that asked for it: there are its cause and its trace.
  payment_version integer not null,
  attempts integer not null,
  next_attempt_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint refunds_key check ((key is null) = (fingerprint is null)),
  constraint refunds_waiting check ((next_attempt_at is not null) = (status in ('requested', 'unknown')))
);
create index refunds_payment on refunds (payment_id);
create index refunds_unsettled on refunds (next_attempt_at) where next_attempt_at is not null;

-- Until now only a cancel could refund, once and in full. Its refund has the number of its payment.
insert into refunds (id, payment_id, version, status, amount, currency, payment_version, attempts, next_attempt_at,
  created_at, updated_at)
select 'ref_' || substr(id, 5), id, 1, case status when 'refunding' then 'unknown' else 'succeeded' end, captured_amount,
  currency, version, attempts, case status when 'refunding' then now() end, updated_at, updated_at
from payments where status in ('refunding', 'refunded');

-- A payment can have many refunds, and each is posted once. The journal is the capture, or the refund.
alter table ledger_transfers add column journal text collate "C";
update ledger_transfers
set journal = case operation when 'capture' then 'capture' else 'ref_' || substr(payment_id, 5) end;
alter table ledger_transfers
  alter column journal set not null,
  drop constraint ledger_transfers_pkey,
  drop constraint ledger_transfers_accounts,
  add primary key (payment_id, journal),
  add constraint ledger_transfers_accounts check (debit <> credit
    and debit in ('provider_clearing', 'sales', 'refunds') and credit in ('provider_clearing', 'sales', 'refunds')
    and (operation = 'capture') = (journal = 'capture'));

-- The books at a glance: docs/ledger.md. The balances of one currency add up to zero.
create view trial_balance as
select account, currency, sum(debit) as debit, sum(credit) as credit, sum(debit) - sum(credit) as balance
from (values ('provider_clearing'), ('sales'), ('refunds')) as chart (account)
join (
  select debit as account, currency, amount as debit, 0 as credit from ledger_transfers
  union all
  select credit, currency, 0, amount from ledger_transfers) as posting using (account)
group by account, currency;
