-- Purpose: the next reposts of an account end; answers where they end, null when there are none.
-- Index: reposted_open, a range of it, and reposted_pk.
with next as (
    select account, message, from_position
    from reposted
    where account = $1 and to_position is null and message > $2 and from_position < $4
    order by message
    limit $3
), ended as (
    update reposted e
    set to_position = $4, to_at = $5, ended_by = 'deactivated'
    from next n
    where e.account = n.account and e.message = n.message and e.from_position = n.from_position
)
select max(message) from next
