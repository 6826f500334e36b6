-- What a service has decided to send. One row per bundle, written in the transaction of the decision, deleted after the
-- broker's confirm. `lease_until`: whoever publishes has until then; afterwards a sweeper may take the row.
create table outbox (
  id text collate "C" primary key,
  exchange text not null,
  routing_key text not null,
  type text not null,
  mandatory boolean not null,
  body text not null,
  created_at timestamptz not null default now(),
  lease_until timestamptz not null default now() + interval '10 seconds',
  attempts integer not null default 0
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- What a consumer has seen, for those whose work a repeat would not find done already. Kept for 30 days.
create table inbox (
  consumer text collate "C" not null,
  message_id text collate "C" not null,
  at timestamptz not null default now(),
  primary key (consumer, message_id)
);

-- Stops a statement, and with it all that it wrote, when somebody else was faster. WB409 is ours.
create function waybill_expect(actual bigint, expected bigint, what text) returns void language plpgsql as $$
begin
  if actual is distinct from expected then
    raise exception 'version conflict on %: expected %, found %', what, expected, actual using errcode = 'WB409';
  end if;
end $$;
