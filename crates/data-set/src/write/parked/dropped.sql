-- Purpose: what was given up in this version, or in the published one. Index: parked_event_pk, one range per version.
-- What was given up in another one alone may be folded in the published one, and then belongs into this one, too.
select distinct position from control.parked_event
where projection = $1 and shard = $3 and dropped_at is not null
  and (version = $2 or version = (
      select v.version from control.projection v where v.projection = $1 and v.state = 'published'))
