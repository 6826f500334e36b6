-- One database for each service, and two roles for each: one owns the database and migrates it, the other serves. No role can
-- enter the database of another service. Run once, by the image of PostgreSQL when its volume is empty; \getenv is psql's. The
-- migrator makes the tables, and gives the roles that serve their rights: docs/how-to/database-roles.md.
\getenv order_password ORDER_DATABASE_PASSWORD
\getenv payment_password PAYMENT_DATABASE_PASSWORD
\getenv stock_password STOCK_DATABASE_PASSWORD
\getenv migration_password MIGRATION_DATABASE_PASSWORD

create role waybill_order login password :'migration_password';
create role waybill_payment login password :'migration_password';
create role waybill_stock login password :'migration_password';

create role waybill_order_service login password :'order_password';
create role waybill_payment_service login password :'payment_password';
create role waybill_stock_service login password :'stock_password';

create database waybill_order owner waybill_order;
create database waybill_payment owner waybill_payment;
create database waybill_stock owner waybill_stock;

revoke all on database postgres, template1, waybill_order, waybill_payment, waybill_stock from public;
