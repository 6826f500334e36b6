-- The last change of its lines that an order has asked the stock for. Null for nearly all.
alter table orders add column change integer;
update orders set change = version where phase = 'changing';
