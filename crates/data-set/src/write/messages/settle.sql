-- Purpose: how far below tombstones the nearest living message is, after what is below them changed; answers the
--   tombstones above those whose distance to it changed by that.
-- Index: tombstone_pk; below each, the first entry of message_reply and of tombstone_nearest.
-- Why 50: see migration 0011.
update tombstone t
set nearest_living = n.nearest
from (
    select g.id, case
        when exists (select from message m where m.in_reply_to = g.id) then 1
        else (
            select c.nearest_living + 1 from tombstone c
            where c.in_reply_to = g.id and c.nearest_living < 50
            order by c.nearest_living
            limit 1
        )
    end as nearest
    from unnest($1::bigint[]) as g (id)
) n
where t.id = n.id and t.created_at is not null and t.nearest_living is distinct from n.nearest
returning t.in_reply_to
