-- Orders whose lines have all left. What has left of each line is in `lines`.
alter table orders drop constraint orders_phase_check;
alter table orders add constraint orders_phase_check check (phase in
  ('reserving', 'charging', 'awaiting_payment', 'paying', 'confirmed', 'fulfilled', 'rejected', 'cancelled'));

-- The answer that a key got, where it can't be told from the order any more.
alter table idempotency_keys add column answer json;
