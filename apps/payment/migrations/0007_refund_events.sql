-- The refund of ours that an event is about, if it is about one: its payment alone would not say what to ask for.
alter table webhook_events add column refund_id text collate "C";
