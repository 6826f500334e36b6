-- no transaction
-- The file before may have been broken off and taken its half of an index for all of it.
drop index concurrently if exists webhook_events_heeded;
create index concurrently webhook_events_heeded on webhook_events (heeded_at) where heeded_at is not null;
