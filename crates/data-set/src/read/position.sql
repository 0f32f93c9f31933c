-- Purpose: the position up to which the views of messages reflect the log.
-- Index: checkpoint_pk.
select coalesce(max(position), 0) as position
from published.projections
where projection = 'social' and state = 'published' and shard = 0
