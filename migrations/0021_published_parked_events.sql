-- Bookmarks, blocks and mutes are private, and their events name who keeps what and who avoids whom, so analysts do not
-- see them here. Operators do, with `rookery parked`.
create view published.parked_events as
select
    projection, version, shard, position, subject, event_type, reason, detail,
    exclusive_keys as holds, shared_keys as touches, parked_at
from control.parked_event
where event_type !~ '^rookery\.(message\.(un)?bookmarked|account\.(un)?(blocked|muted))\.';
comment on view published.parked_events is
    'Events of the log that are not in the rows, except those of bookmarks, blocks and mutes: which could not be folded and why, which wait for them, and which were given up.';
