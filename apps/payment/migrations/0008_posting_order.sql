-- Postings are numbered as they are begun, which is not the order in which they are committed. Those that were there before have no number.
-- The version before posts without naming this column, and as a role that has no right of its own to the sequence: hence public. No cache:
-- who has a lower number than another has had it earlier.
create sequence ledger_transfers_number as bigint cache 1;
grant usage on sequence ledger_transfers_number to public;
alter table ledger_transfers add column number bigint;
alter table ledger_transfers alter column number set default nextval('ledger_transfers_number');
alter sequence ledger_transfers_number owned by ledger_transfers.number;
