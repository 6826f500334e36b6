-- What this service could not handle, moved here from its queue of dead letters. A row is never deleted by hand: it is
-- redriven, or discarded with a reason.
create table dead_letters (
  -- That of the AMQP message: moved twice, it is here once.
  id text collate "C" primary key,
  status text not null check (status in ('dead', 'redriven', 'discarded')),
  -- Where it could not be handled, and goes back to.
  queue text not null,
  source text not null,
  reason text not null,
  -- Of its first member; null when it can't be read.
  type text,
  member_id text collate "C",
  trace_id text,
  error text not null,
  stack text not null,
  -- What happened for the same reason has the same cause: numbers and ids are left out.
  cause text collate "C" not null,
  attempts integer not null,
  body bytea not null,
  failed_at timestamptz not null
);
create index dead_letters_list on dead_letters (status, failed_at desc, id desc);
create index dead_letters_cause on dead_letters (status, cause);

-- Who did what about dead letters, and why.
create table dead_letter_audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null check (action in ('redrive', 'discard', 'redrive_begun', 'redrive_stopped')),
  letter_id text collate "C",
  redrive_id text collate "C",
  reason text
);
create index dead_letter_audit_letter on dead_letter_audit (letter_id);

-- Many letters sent back one after the other, at a rate. The first is a canary: the others follow when it has not come back.
create table redrives (
  id text collate "C" primary key,
  status text not null check (status in ('canary', 'running', 'done', 'stopped')),
  actor text not null,
  -- All, when null.
  cause text collate "C",
  per_second integer not null check (per_second between 1 and 1000),
  -- Only what was dead when it began: what comes back is not sent round in circles.
  begun_at timestamptz not null default now(),
  canary_id text collate "C",
  canary_until timestamptz,
  redriven integer not null default 0,
  stopped_because text,
  updated_at timestamptz not null default now()
);
create unique index redrives_one_at_a_time on redrives ((true)) where status in ('canary', 'running');
