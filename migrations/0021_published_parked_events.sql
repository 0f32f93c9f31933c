-- A bookmark is private, and its event names who keeps what, so analysts do not see it here. Operators do, with
-- `rookery parked`.
create view published.parked_events as
select
    projection, version, shard, position, subject, event_type, reason, detail,
    exclusive_keys as holds, shared_keys as touches, parked_at
from control.parked_event
where event_type !~ '^rookery\.message\.(un)?bookmarked\.';
comment on view published.parked_events is
    'Events of the log that are not in the rows, except those of bookmarks: which could not be folded and why, which wait for them, and which were given up.';
