-- Where stock can lie. Every SKU begins with all of it in `main`.
create table locations (
  id text collate "C" primary key,
  name text not null,
  created_at timestamptz not null default now()
);
insert into locations (id, name) values ('main', 'Main');

-- The levels of a SKU that lies in several locations stand in its row, so that they change together and one version
-- guards them all; null when everything is in `main`. The row itself sees to it that they add up.
create function locations_add_up(locations jsonb, on_hand integer, reserved integer) returns boolean
language sql immutable as $$
  select coalesce(sum(l."onHand") = $2 and sum(l.reserved) = $3
      and bool_and(l.reserved >= 0 and l."onHand" >= l.reserved), false)
  from jsonb_to_recordset($1) as l(location text, "onHand" integer, reserved integer)
$$;

alter table products
  add column locations jsonb,
  add constraint products_locations_add_up
    check (locations is null or locations_add_up(locations, on_hand, reserved));

-- What a movement did in which location, for SKUs that lie in several. A movement without such rows happened in `main`.
create table location_movements (
  sku text collate "C" not null,
  seq bigint not null,
  location text collate "C" not null,
  on_hand_delta integer not null,
  reserved_delta integer not null,
  primary key (sku, seq, location)
);

-- From one location to another: the level of the SKU stays what it is.
alter table movements drop constraint movements_kind_check;
alter table movements add constraint movements_kind_check
  check (kind in ('received', 'damaged', 'counted', 'returned', 'correction', 'reserved', 'released', 'committed',
    'transferred'));
