-- Purpose: the next messages of an account. Index: message_by_author, a range of it.
select created_at, id
from message
where author = $1 and ($2::timestamptz is null or (created_at, id) > ($2, $3::bigint))
order by created_at, id
limit $4
