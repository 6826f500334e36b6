-- What is not for sale, and when to be told that little is left. Written with the product, never with a level.
alter table products
  add column safety_stock integer not null default 0 check (safety_stock >= 0),
  add column low_stock_threshold integer check (low_stock_threshold >= 0);
