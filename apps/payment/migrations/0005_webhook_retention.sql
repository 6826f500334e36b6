-- no transaction
-- By which those are found that were heeded long ago.
create index concurrently if not exists webhook_events_heeded on webhook_events (heeded_at) where heeded_at is not null;
