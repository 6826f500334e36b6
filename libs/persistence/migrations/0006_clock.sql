-- How far a test has moved this service's clock ahead. Only a service with TEST_CLOCK=true reads or writes it.
create table test_clock (
  is_only boolean primary key default true check (is_only),
  ahead_ms bigint not null check (ahead_ms >= 0)
);
