-- The event log as this service has read it, a row per bundle. `position` grows by one or more from row to
-- row and is given in the transaction that adds them, so nothing ever appears behind who has read up to one.
create table event_log (
  position bigint primary key,
  message_id text collate "C" not null unique,
  type text collate "C" not null,
  source text not null,
  at timestamptz not null,
  body json not null
) with (toast_tuple_target = 8160);
-- Bodies are written once, read seldom, and gone after 30 days: compressing them costs more than they take.
alter table event_log alter column body set storage external;
create index event_log_type on event_log (type, position);

-- How far the stream was read, by which process, and which reports come of it. One row.
create table event_log_reader (
  id boolean primary key default true check (id),
  next_offset bigint,
  last_position bigint not null default 0,
  as_of timestamptz,
  holder text,
  lease_until timestamptz not null default '-infinity',
  generation integer not null default 1,
  building integer,
  built_to bigint
);
insert into event_log_reader default values;

-- Sales by day and currency, of whole orders (sku '') and of each SKU. Generation 0 holds what is not in event_log any more:
-- every new generation begins as a copy of it.
create table report_sales (
  generation integer not null,
  sku text collate "C" not null,
  day date not null,
  currency text collate "C" not null,
  orders bigint not null,
  cancelled_orders bigint not null,
  units bigint not null,
  returned_units bigint not null,
  gross bigint not null,
  returned bigint not null,
  primary key (generation, sku, day, currency)
);

-- What came back of an order so far: only of those of which something did.
create table report_returned (
  generation integer not null,
  order_id text collate "C" not null,
  amount bigint not null,
  primary key (generation, order_id)
);

-- What was told of a payment before it was clear what becomes of its order.
create table report_waiting (
  generation integer not null,
  event_id text collate "C" not null,
  fact json not null,
  primary key (generation, event_id)
);
