-- Purpose: one page of those walked messages that were there at moment $10 and fit, newest first, with the position of
--   the data. The last message that was looked at is in it where the walk ended at its bound, whether it fits or not: the
--   next page goes on behind it. Begins with a walk, ends in show_messages.sql.
-- Index: message_pk and edition_pk once per walked message, account_pk and follow_pk once per row of the page.
-- Why this order: the walk's; (created_at, id) is unique and never changes, so a cursor neither skips nor repeats a row.
-- Which edition it had: the last one up to the moment, or the first, of which there is no row.
-- Why the message decides and not its entry in the index: the bound may lie between two entries of one message.
, p as (
    select
        least(
            coalesce((select position from published.projections
                       where projection = 'social' and state = 'published' and shard = 0), 0),
            coalesce((select position from published.projections
                       where projection = 'history' and state = 'published' and shard = 0), 0)
        ) as position,
        $11::bigint as caller, $10::bigint as at
), page as (
    select
        m.id, m.author, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
        k.created_at as key_at, k.id as key_position, m.fits and k.is_first as is_match, k.number = $8 as is_bound,
        -- It is in this list of everybody only for itself and its followers.
        $9::bigint is null
            and (select a.restriction from published.accounts a where a.id = m.author limit 1) = 'silenced'
            and m.author <> $11
            and (select f.followee from published.follows f where f.follower = $11 and f.followee = m.author limit 1)
                is null as is_silenced
    from walked k
    cross join lateral (
        select
            m.id, m.author, coalesce(h.tags, m.tags) as tags, m.in_reply_to, m.created_at,
            h.made_at as edited_at, coalesce(h.edition, 1) as edition,
            m.id <= $10 and (m.to_position is null or m.to_position > $10)
                and coalesce(h.tags, m.tags) @> $2::text[]
                and (cardinality($1::text[]) = 0 or coalesce(h.tags, m.tags) && $1::text[])
                and not coalesce(h.tags, m.tags) && $3::text[] and not m.created_at <@ any ($7::tstzrange[])
                -- Whose a deleted message was, nobody else is told.
                and ($9::bigint is null or $9 = $11 or m.to_position is null) as fits
        from served.message_history m
        left join lateral (
            select h.edition, h.made_at, h.tags from published.edit_history h
            where h.message = m.id and h.position <= $10
            order by h.position desc
            limit 1
        ) h on true
        where m.id = k.id
        limit 1
    ) m
    where m.fits and k.is_first or k.number = $8
    order by k.created_at desc, k.id desc
    limit $12
)
