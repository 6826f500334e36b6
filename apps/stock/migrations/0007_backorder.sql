-- How many more of a SKU may be sold than there are: none, unless somebody has said so. `backorder_most` is the largest
-- limit there ever was, by which the books are judged afterwards.
alter table products
  add column backorder_limit integer not null default 0 check (backorder_limit >= 0),
  add column backorder_most integer not null default 0,
  drop constraint products_not_oversold,
  add constraint products_not_oversold check (reserved >= 0 and on_hand + backorder_limit >= reserved);
