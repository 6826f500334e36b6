-- The last change of its lines that a reservation has decided: the same one again changes nothing. Null for nearly all.
alter table reservations add column change integer;
