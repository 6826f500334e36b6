-- An order that has left can have a reason, too: what went wrong behind it.
alter table orders drop constraint orders_check;
alter table orders add constraint orders_check check (case when phase in ('rejected', 'cancelled') then reason is not null
  else reason is null or phase = 'fulfilled' end);

-- Shipping, taxes and discounts: part of the total. Null for orders that have none.
alter table orders add column adjustments json;

-- Waiting for the stock to hold other lines.
alter table orders drop constraint orders_phase_check;
alter table orders add constraint orders_phase_check check (phase in ('reserving', 'charging', 'awaiting_payment', 'paying',
  'changing', 'confirmed', 'fulfilled', 'rejected', 'cancelled'));
