-- A payment may wait for its customer, and an authorization ends by itself.
alter table payments
  add column action_url text,
  add column expires_at timestamptz,
  drop constraint payments_status_check,
  drop constraint payments_waiting;

update payments set expires_at = updated_at + interval '7 days' where status = 'authorized';

alter table payments
  add constraint payments_status_check check (status in ('requested', 'unknown', 'requires_action', 'cancelling',
    'declined', 'authorized', 'capturing', 'recalling', 'captured', 'voiding', 'refunding', 'voided', 'refunded', 'expired',
    'halted')),
  add constraint payments_waiting check ((next_attempt_at is not null)
    = (status in ('requested', 'unknown', 'requires_action', 'cancelling', 'capturing', 'recalling', 'voiding'))
    and (status = 'halted' or (capturing_amount > 0) = (status in ('capturing', 'recalling'))));

-- The customer's step and authorizations: all others have no time at which they end.
create index payments_expiring on payments (expires_at) where expires_at is not null;
