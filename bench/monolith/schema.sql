-- The tables of the monolith: what the three services of Waybill keep, in one database and without what carries
-- messages between them.
create table products (
  sku text collate "C" primary key,
  name text not null,
  price_amount bigint not null check (price_amount > 0),
  price_currency text not null,
  active boolean not null,
  on_hand integer not null check (on_hand >= 0),
  version bigint not null
) with (fillfactor = 50);

create table orders (
  id text collate "C" primary key,
  status text not null check (status in ('confirmed', 'rejected', 'cancelled')),
  version integer not null,
  customer_id text not null,
  currency text not null,
  total_amount bigint,
  payment_id text collate "C",
  reason text,
  metadata json not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index orders_customer on orders (customer_id, id);

create table order_lines (
  order_id text collate "C" not null,
  line integer not null,
  sku text collate "C" not null,
  name text not null,
  quantity integer not null check (quantity > 0),
  unit_amount bigint not null,
  primary key (order_id, line)
);

create table order_history (
  order_id text collate "C" not null,
  version integer not null,
  from_status text,
  to_status text not null,
  at timestamptz not null,
  primary key (order_id, version)
);

create table idempotency_keys (
  key uuid primary key,
  fingerprint uuid not null,
  order_id text collate "C" not null,
  created_at timestamptz not null
);

create table payments (
  id text collate "C" primary key,
  order_id text collate "C" not null,
  status text not null check (status in ('captured', 'declined')),
  amount bigint not null,
  currency text not null,
  method text not null,
  created_at timestamptz not null
);
create unique index payments_order on payments (order_id);

-- Double entry as transfers: what a row debits it also credits.
create table ledger (
  payment_id text collate "C" not null,
  operation text not null,
  debit text not null,
  credit text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  at timestamptz not null,
  primary key (payment_id, operation)
);
