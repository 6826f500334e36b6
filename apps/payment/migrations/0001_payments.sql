-- One row per payment: one insert with the intent, one update with the outcome. The free third of each page keeps the
-- second version beside the first.
create table payments (
  id text collate "C" primary key,
  order_id text collate "C" not null,
  version integer not null check (version > 0),
  status text not null check (status in ('requested', 'unknown', 'cancelling', 'declined', 'authorized', 'captured',
    'voiding', 'refunding', 'voided', 'refunded', 'halted')),
  -- What was asked for; null as long as a cancel has come but its charge has not.
  amount bigint check (amount > 0),
  currency text,
  method text,
  capture text check (capture in ('automatic', 'manual')),
  charge_id text,
  authorized_amount bigint not null check (authorized_amount >= 0),
  captured_amount bigint not null,
  refunded_amount bigint not null check (refunded_amount >= 0),
  decline_code text,
  cancelled_at timestamptz,
  attempts integer not null,
  next_attempt_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint payments_terms check (num_nulls(amount, currency, method, capture) = 0
    or (num_nulls(amount, currency, method, capture) = 4 and status = 'declined')),
  constraint payments_amounts check (refunded_amount <= captured_amount and captured_amount <= authorized_amount
    and authorized_amount <= coalesce(amount, 0)),
  -- Whatever waits for the provider is found by the reconcile worker, and nothing else is.
  constraint payments_waiting check ((next_attempt_at is not null)
    = (status in ('requested', 'unknown', 'cancelling', 'voiding', 'refunding')))
) with (fillfactor = 70);

-- Holds only what is under way: a handful of rows, whatever the size of the table.
create index payments_unsettled on payments (next_attempt_at) where next_attempt_at is not null;

-- Every version of every payment, for ever: intent, call and outcome, with the message that caused it.
create table payment_history (
  payment_id text collate "C" not null,
  version integer not null,
  from_status text,
  to_status text not null,
  at timestamptz not null,
  cause text not null,
  message_id text not null,
  request_id text not null,
  trace_id text not null,
  detail json,
  primary key (payment_id, version)
);

-- Double entry as transfers: each row debits one account and credits another, so it cannot be out of balance.
-- provider_clearing (asset): what the provider holds for us. sales (revenue): what was paid. refunds (- revenue): what
-- was given back. The key lets each payment be captured once and refunded once.
create table ledger_transfers (
  payment_id text collate "C" not null,
  operation text not null check (operation in ('capture', 'refund')),
  debit text not null,
  credit text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  at timestamptz not null,
  primary key (payment_id, operation),
  constraint ledger_transfers_accounts check (debit <> credit
    and debit in ('provider_clearing', 'sales', 'refunds') and credit in ('provider_clearing', 'sales', 'refunds'))
);
