-- A BRIN says nothing of pages that were filled since the last vacuum, which comes when a fifth of the table is new: each question would
-- read all of them. From now on a range is summarized when the next one is begun.
alter index ledger_transfers_period set (autosummarize = on);
alter index ledger_transfers_numbers set (autosummarize = on);
