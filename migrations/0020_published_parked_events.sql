create view published.parked_events as
select projection, version, shard, position, subject, event_type, reason, detail, parked_at
from control.parked_event;
comment on view published.parked_events is 'Events of the log that could not be folded, and why.';
