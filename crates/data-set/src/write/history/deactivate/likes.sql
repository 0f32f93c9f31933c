-- Purpose: the next likes of an account end; answers where they end, null when there are none.
-- Index: liked_open, a range of it, and liked_pk.
with next as (
    select account, message, from_position
    from liked
    where account = $1 and to_position is null and message > $2 and from_position < $4
    order by message
    limit $3
), ended as (
    update liked e
    set to_position = $4, to_at = $5, ended_by = 'deactivated'
    from next n
    where e.account = n.account and e.message = n.message and e.from_position = n.from_position
)
select max(message) from next
