-- One database and one role for each service, and no role can enter the database of another. Run once, by the image of
-- PostgreSQL when its volume is empty; \getenv is psql's. The services create their own tables when they start.
\getenv order_password ORDER_DATABASE_PASSWORD
\getenv payment_password PAYMENT_DATABASE_PASSWORD
\getenv stock_password STOCK_DATABASE_PASSWORD

create role waybill_order login password :'order_password';
create role waybill_payment login password :'payment_password';
create role waybill_stock login password :'stock_password';

create database waybill_order owner waybill_order;
create database waybill_payment owner waybill_payment;
create database waybill_stock owner waybill_stock;

revoke all on database postgres, template1, waybill_order, waybill_payment, waybill_stock from public;
