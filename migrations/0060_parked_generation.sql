-- Counts the changes to a lane's parked events that the lane did not make itself. A worker that knows another number
-- writes nothing: it reads the parked events anew first.
alter table control.checkpoint add column parked_generation bigint not null default 0;
