-- Purpose: the next messages that an account still has. Index: message_by_author, a range of it.
-- Why this order: the index's, so that the next chunk begins where this one ends.
select created_at, id
from message
where author = $1 and to_position is null and id < $5
    and ($2::timestamptz is null or (created_at, id) > ($2, $3::bigint))
order by created_at, id
limit $4
