-- A confirmed order that is cancelled gives back what was committed.
alter table reservations drop constraint reservations_status_check;
alter table reservations add constraint reservations_status_check
  check (status in ('held', 'committed', 'returned', 'released', 'expired', 'rejected', 'commit_refused'));
