-- When it was kept here, last: by the clock that also says when a redrive began. failed_at is the time of whoever failed,
-- whose clock may be behind or ahead. The default is worked out once, so no row is written; and it fills what the version
-- before inserts. A redrive that is under way at this moment ends: what it has left counts as kept now, for the next one.
alter table dead_letters add column kept_at timestamptz not null default now();
