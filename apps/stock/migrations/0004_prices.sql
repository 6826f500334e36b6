-- Prices in other currencies than the main one: null for the many products that have none.
alter table products add column other_prices jsonb;

-- Every price there was, per currency, and since when. Never updated. `seq` is the version of the product that it came with,
-- `amount` null when the product is no longer priced in that currency.
create table product_prices (
  sku text collate "C" not null,
  seq bigint not null,
  currency text collate "C" not null,
  amount bigint,
  valid_from timestamptz not null,
  -- The request that set it; null for what was there before prices were kept.
  request_id text collate "C",
  primary key (sku, seq, currency)
);

insert into product_prices (sku, seq, currency, amount, valid_from)
select sku, version, price_currency, price_amount, updated_at from products;
