-- Purpose: one page of the messages that had a tag at a moment (the empty tag: of all), newest first. Ends in
--   show_messages.sql.
-- Index: tagged_pk, walked backwards from the cursor, or from the newest message of then; what came or went since is passed
--   over within the index. Then message_pk, account_pk and follow_pk, once per row of the page.
-- Why this order: (created_at, id) is unique and never changes, so a cursor neither skips nor repeats a row.
with p as (
    select
        least(
            coalesce((select position from published.projections
                       where projection = 'social' and state = 'published' and shard = 0), 0),
            coalesce((select position from published.projections
                       where projection = 'history' and state = 'published' and shard = 0), 0)
        ) as position,
        $6::bigint as caller, $8::bigint as at
), page as (
    select
        m.id, m.author, m.tags, m.in_reply_to, m.created_at, m.created_at as key_at, m.id as key_position,
        -- It is in this list of everybody only for itself and its followers.
        (select a.restriction from published.accounts a where a.id = m.author limit 1) = 'silenced'
            and m.author <> $6
            and (select f.followee from published.follows f where f.follower = $6 and f.followee = m.author limit 1)
                is null as is_silenced
    from (
        select k.message as id
        from served.tag_history k
        where k.tag = $1 and (k.created_at, k.message) < ($2, $3) and k.created_at >= $4
            and not k.created_at <@ any ($7::tstzrange[])
            and k.from_position <= $8 and (k.to_position is null or k.to_position > $8)
        order by k.created_at desc, k.message desc
        limit $5
    ) k
    cross join lateral (select * from served.message_history m where m.id = k.id limit 1) m
)
