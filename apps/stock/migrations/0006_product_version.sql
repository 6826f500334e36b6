-- The version of name, price and active: what If-Match guards. Sales move the row's version and leave this one alone.
alter table products add column product_version bigint not null default 1;
