-- What the accounts were debited and credited with in each hour of UTC, by the postings without a number and those up to `closed_to`.
create table ledger_hours (
  hour timestamptz not null,
  account text collate "C" not null,
  currency text collate "C" not null,
  debit numeric not null,
  credit numeric not null,
  primary key (hour, account, currency)
);
-- One row. What comes next is up to `next_to`, when the transactions `next_writers` have ended: they may have numbers below. Here, and not
-- in the memory of a process, so that it is as old as the postings are when a database comes back without its last ones.
create table ledger_closing (
  is_only boolean primary key default true check (is_only),
  closed_to bigint not null,
  next_to bigint,
  next_writers text[]
);
insert into ledger_closing (closed_to) values (0);
insert into ledger_hours (hour, account, currency, debit, credit)
select date_trunc('hour', t.at, 'UTC'), account, currency, sum(debited), sum(credited)
from ledger_transfers t cross join lateral (
  values (t.debit, t.amount, 0), (t.credit, 0, t.amount)) as posting (account, debited, credited)
where t.number is null group by 1, 2, 3;
