-- no transaction
-- By which those are found that are not in the hours yet. Numbers only grow, so the range of them in each block says enough.
drop index concurrently if exists ledger_transfers_numbers;
create index concurrently ledger_transfers_numbers on ledger_transfers using brin (number) with (pages_per_range = 16);
