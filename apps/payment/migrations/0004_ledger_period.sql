-- A period of the ledger is read by its time. Rows come in by time and are never changed, so that the range of times in each
-- block says enough: a few bytes per megabyte, and next to nothing to write.
create index ledger_transfers_period on ledger_transfers using brin (at) with (pages_per_range = 16);
