-- One row per order, with its lines in it: an order is always read and written whole.
-- json, not jsonb: documents are never searched, and a replayed answer must be the same bytes, in the same order.
-- Rows change two or three times within their first seconds; the free third of each page keeps those versions together.
create table orders (
  id text collate "C" primary key,
  phase text not null check (phase in
    ('reserving', 'charging', 'awaiting_payment', 'paying', 'confirmed', 'rejected', 'cancelled')),
  version integer not null check (version > 0),
  customer_id text not null,
  currency text not null,
  lines json not null,
  total_amount bigint check (total_amount > 0),
  expected_total json,
  metadata json not null,
  payment json,
  money_returned boolean not null,
  reason json,
  expires_at timestamptz,
  deadline_at timestamptz,
  waiter json,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((phase in ('rejected', 'cancelled')) = (reason is not null)),
  check (phase not in ('charging', 'awaiting_payment', 'paying', 'confirmed') or total_amount is not null)
) with (fillfactor = 70);

-- Overdue orders are few: the index holds only those that wait for something.
create index orders_deadline on orders (deadline_at) where deadline_at is not null;
create index orders_customer on orders (customer_id, id);

-- Every step that an order took, for ever. The key also makes a repeated fact harmless.
create table order_history (
  order_id text collate "C" not null,
  version integer not null,
  from_phase text,
  to_phase text not null,
  at timestamptz not null,
  cause text not null,
  source text not null,
  message_id text not null,
  causation_id text,
  request_id text not null,
  trace_id text not null,
  detail json,
  primary key (order_id, version)
);

-- One order (or payment) per key, for ever: longer than the 72 hours that clients are promised.
create table idempotency_keys (
  key uuid primary key,
  fingerprint uuid not null,
  order_id text collate "C" not null,
  payment_id text collate "C",
  created_at timestamptz not null
);
