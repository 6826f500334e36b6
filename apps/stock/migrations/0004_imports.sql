-- One row per import: what was sent under one key, and how far it has come. Written once per chunk, so its updates
-- should stay on the page.
create table imports (
  id text collate "C" primary key,
  key uuid not null unique,
  format text not null check (format in ('csv', 'ndjson')),
  header text not null,
  chunks integer not null default 0,
  rows_read bigint not null default 0,
  rows_applied bigint not null default 0,
  rows_failed bigint not null default 0,
  -- Of each field, how many faults it had.
  faults jsonb not null default '{}',
  errors_kept integer not null default 0,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  check (rows_read = rows_applied + rows_failed)
) with (fillfactor = 50);

-- That a chunk was applied, and which rows it had: the key makes it impossible to apply it twice.
create table import_chunks (
  import_id text collate "C" not null,
  chunk integer not null,
  fingerprint uuid not null,
  primary key (import_id, chunk)
);

-- The first thousand errors of each import; the others are only counted.
create table import_errors (
  import_id text collate "C" not null,
  seq integer not null,
  line bigint not null,
  field text not null,
  detail text not null,
  primary key (import_id, seq)
);
