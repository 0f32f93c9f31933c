-- Purpose: one page of the accounts that reposted a message, newest first, and whether the message exists. Ends
--   in show_accounts.sql.
-- Index: reposted_by_message, walked backwards from the cursor; message_pk and tombstone_pk for the message itself.
-- Why this order: an event's position is its own and never changes, so a cursor neither skips nor repeats a row.
with p as (
    select
        coalesce(max(position), 0) as position, $4::bigint as caller, $4::bigint as viewer,
        exists(
            select from published.messages m
            where m.id = $1 and not exists (
                select from served.hidden_accounts h where h.viewer = $4 and h.account = m.author
            ) and not exists (
                select from published.accounts a where a.id = m.author and a.restriction = 'suspended'
            )
        ) as is_known,
        (select d.author from served.tombstones d where d.id = $1) as deleted_author
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select k.account as account, k.position as key_position
    from published.reposts k
    where k.message = $1 and k.position < $2
    order by k.position desc
    limit $3
)
