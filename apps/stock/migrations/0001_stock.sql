-- Texts that are keys are compared byte by byte (collate "C"): cheaper than a language's order, and the same on every machine.

-- A product and its level. One row, because both are read together, and because the level of a hot SKU is written once
-- for a whole batch of orders. Levels are in no index, so their updates stay on the page (HOT): that is what the free
-- half of each page is for.
create table products (
  sku text collate "C" primary key,
  name text not null,
  price_amount bigint not null check (price_amount between 1 and 1000000000000),
  price_currency text not null,
  active boolean not null,
  on_hand integer not null,
  reserved integer not null,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint products_not_oversold check (reserved >= 0 and on_hand >= reserved)
) with (fillfactor = 50);

-- One row per order: all lines share one outcome, because there is only one status to have.
create table reservations (
  order_id text collate "C" primary key,
  status text not null
    check (status in ('held', 'committed', 'released', 'expired', 'rejected', 'commit_refused')),
  lines jsonb not null,
  expires_at timestamptz,
  version bigint not null,
  check (status <> 'held' or expires_at is not null)
) with (fillfactor = 70);

create index reservations_due on reservations (expires_at) where status = 'held';

-- Why a level changed. Never updated. `seq` is the version that the row of `products` got by it, so that two writers
-- can't both have written it. No foreign keys: products are never deleted, and a check per row would cost a look-up.
create table movements (
  sku text collate "C" not null,
  seq bigint not null,
  kind text not null
    check (kind in ('received', 'damaged', 'counted', 'returned', 'correction', 'reserved', 'released', 'committed')),
  on_hand_delta integer not null,
  reserved_delta integer not null,
  order_id text collate "C",
  message_id text collate "C" not null,
  at timestamptz not null default now(),
  primary key (sku, seq)
);

-- The answer to an adjustment, for those who ask again with the same key: json, not jsonb, to give it back as it was.
create table adjustments (
  key uuid primary key,
  fingerprint uuid not null,
  level json not null,
  created_at timestamptz not null default now()
);
