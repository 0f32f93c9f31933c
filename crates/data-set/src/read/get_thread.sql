-- Purpose: a message with what it answers, up to 50 messages up, and the first page of its replies, deleted ones that
--   hold the conversation together included. Ends in show_messages.sql.
-- Index: message_pk and tombstone_pk, one look-up each per step up; message_reply and tombstone_reply, walked backwards
--   from the newest and merged.
-- Why a bound: a conversation may be as long as its writers like, and a reader of its end wants what is near.
with recursive p as (
    select
        coalesce(max(position), 0) as position, $3::bigint as caller,
        exists(select from served.thread_messages m where m.id = $1) as is_known,
        (select d.author from served.tombstones d where d.id = $1) as deleted_author
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), up as (
    (select m.*, 0 as steps from served.thread_messages m where m.id = $1 limit 1)
    union all
    select m.*, up.steps + 1
    from up
    cross join lateral (select * from served.thread_messages m where m.id = up.in_reply_to limit 1) m
    where up.steps < 50
), replies as (
    select * from (
        (
            select m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition
            from published.messages m
            where m.in_reply_to = $1
            order by m.created_at desc, m.id desc
            limit $2
        )
        union all
        (
            select
                d.id, null::bigint, null::text, null::text[], d.in_reply_to, d.created_at, null::timestamptz, null::integer
            from served.tombstones d
            where d.in_reply_to = $1 and d.nearest_living is not null
            order by d.created_at desc, d.id desc
            limit $2
        )
    ) m
    order by m.created_at desc, m.id desc
    limit $2
), page as (
    select
        u.id, u.author, u.text, u.tags, u.in_reply_to, u.created_at, u.edited_at, u.edition,
        u.created_at as key_at, u.id as key_position
    from up u
    union all
    select id, author, text, tags, in_reply_to, created_at, edited_at, edition, created_at, id
    from replies
)
