-- What an order wants back before its payment is captured: the refunds begin with the capture. Null for nearly all.
alter table payments add column waiting_refunds json;
