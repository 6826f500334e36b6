-- What providers have told of their own accord, as it came: stored before it is answered, heeded after. The first event
-- with an id is the event.
create table webhook_events (
  provider text collate "C" not null,
  id text collate "C" not null,
  type text not null,
  -- null: about something that is no payment of ours.
  payment_id text collate "C",
  body bytea not null,
  request_id text not null,
  trace_id text not null,
  received_at timestamptz not null default now(),
  heeded_at timestamptz,
  primary key (provider, id)
);
create index webhook_events_unheeded on webhook_events (received_at) where heeded_at is null;
