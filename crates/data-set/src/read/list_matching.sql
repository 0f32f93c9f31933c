-- Purpose: one page of those walked messages that fit (which tags they have, whose they are, what they say), newest
--   first, with the position it reflects. The last message that was looked at is in it where the walk ended at its
--   bound, whether it fits or not: the next page goes on behind it. Begins with a walk, ends in show_messages.sql.
-- Index: message_pk and account_pk, once per walked message at most.
-- Why this order: the walk's; (created_at, id) is unique and never changes, so a cursor neither skips nor repeats a row.
, p as (
    select coalesce(max(position), 0) as position, $10::bigint as caller
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select
        m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
        k.created_at as key_at, k.id as key_position,
        m.fits and k.is_first as is_match, k.number = $8 as is_bound,
        -- As in list_by_tag.sql.
        $9::bigint is null
            and (select a.restriction from published.accounts a where a.id = m.author limit 1) = 'silenced'
            and m.author <> $10
            and (select f.followee from published.follows f where f.follower = $10 and f.followee = m.author limit 1)
                is null as is_silenced
    from walked k
    cross join lateral (
        select
            m.*,
            m.tags @> $2::text[] and (cardinality($1::text[]) = 0 or m.tags && $1::text[]) and not m.tags && $3::text[]
                and not m.created_at <@ any ($7::tstzrange[])
                and ($12::text is null or (
                    to_tsvector(control.search_language(), m.text)
                        @@ (select websearch_to_tsquery(control.search_language(), $12))
                    -- Else the end of a page would tell whether a text says it that the caller may not see.
                    and not exists (
                        select from served.hidden_accounts h where h.viewer = $10 and h.account = m.author)
                    and not exists (
                        select from published.accounts a where a.id = m.author and (
                            a.restriction = 'suspended'
                            or a.restriction = 'silenced' and $9::bigint is null and m.author <> $10 and not exists (
                                select from published.follows f where f.follower = $10 and f.followee = m.author)))
                )) as fits
        from published.messages m where m.id = k.id limit 1
    ) m
    where m.fits and k.is_first or k.number = $8
    order by k.created_at desc, k.id desc
    limit $11
)
