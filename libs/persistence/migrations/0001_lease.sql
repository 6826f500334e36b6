-- What a killed service had saved and not published is published by another within five seconds: three of lease, and the
-- interval of the sweeper. A broker confirms in milliseconds; should one take longer, the bundle goes out twice, with the
-- same id, and its repeat changes nothing.
alter table outbox alter column lease_until set default now() + interval '3 seconds';
