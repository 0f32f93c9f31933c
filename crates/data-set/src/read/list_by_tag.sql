-- Purpose: one page of the messages of a tag (the empty tag: of all), newest first, with the position it reflects. Ends
--   in show_messages.sql.
-- Index: message_tag_pk, walked backwards from the cursor; then message_pk, account_pk and follow_pk, once per row of the
--   page.
-- Why this order: (created_at, id) is unique and never changes, so a cursor neither skips nor repeats a row.
with p as (
    select coalesce(max(position), 0) as position, $6::bigint as caller
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select
        m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
        m.created_at as key_at, m.id as key_position,
        -- It is in this list of everybody only for itself and its followers.
        (select a.restriction from published.accounts a where a.id = m.author limit 1) = 'silenced'
            and m.author <> $6
            and (select f.followee from published.follows f where f.follower = $6 and f.followee = m.author limit 1)
                is null as is_silenced
    from (
        select k.id
        from published.message_tags k
        where k.tag = $1 and (k.created_at, k.id) < ($2, $3) and k.created_at >= $4
            and not k.created_at <@ any ($7::tstzrange[])
        order by k.created_at desc, k.id desc
        limit $5
    ) k
    cross join lateral (select * from published.messages m where m.id = k.id limit 1) m
)
