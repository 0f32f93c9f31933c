-- Bookmarks, blocks, mutes, what an account has read and what it reported are private, and their events name who keeps
-- what, who avoids whom and who reported, so analysts do not see them here. An event whose type cannot be read is known by its
-- subject. Operators see all, with `rookery parked`.
-- A barrier, so that no condition of a reader's is tried on what the view leaves out.
create view published.parked_events with (security_barrier) as
select
    projection, version, shard, position, subject, event_type, reason, detail,
    exclusive_keys as holds, shared_keys as touches, parked_at
from control.parked_event
where event_type !~ '^rookery\.(message\.(un)?bookmarked|account\.(un)?(blocked|muted)|notifications\.read|report\.filed)\.'
  and subject !~ '^ev\.[0-9]+\.(blocks|inbox|reports)\.';
