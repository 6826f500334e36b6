-- Those that were filled before. A file of its own, for it takes as long as it takes to read them, and the one before keeps everybody out.
select brin_summarize_new_values('ledger_transfers_period');
select brin_summarize_new_values('ledger_transfers_numbers');
