-- Purpose: one page of the messages that say some words, newest first, with the position it reflects and how many the
--   index found, whatever else is asked of them: where that is the most that are asked for ($11), there may be others,
--   and the page is not to be shown. Ends in show_messages.sql.
-- Index: message_search, in control.find_words; then message_pk and account_pk, once per row of the page.
-- Why this order: as in the lists of messages. The index knows no order, so what it finds is sorted.
with found as materialized (
    select
        f.created_at, f.id, f.author,
        f.fits and (f.created_at, f.id) < ($4, $5) and f.created_at >= $6 and not f.created_at <@ any ($7::tstzrange[])
            and ($9::bigint is null or f.author = $9)
            and f.tags @> $2::text[] and (cardinality($1::text[]) = 0 or f.tags && $1::text[])
            and not f.tags && $3::text[] as fits
    from control.find_words((select websearch_to_tsquery(control.search_language(), $12)), $11) f
), p as (
    select
        coalesce(max(position), 0) as position, $10::bigint as caller, (select count(*) from found) as found
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select
        m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
        m.created_at as key_at, m.id as key_position,
        -- As in list_by_tag.sql.
        $9::bigint is null
            and (select a.restriction from published.accounts a where a.id = m.author limit 1) = 'silenced'
            and m.author <> $10
            and (select f.followee from published.follows f where f.follower = $10 and f.followee = m.author limit 1)
                is null as is_silenced
    from (
        select f.id
        from found f
        -- As in list_matching.sql.
        where f.fits
            and not exists (select from served.hidden_accounts h where h.viewer = $10 and h.account = f.author)
            and not exists (
                select from published.accounts a where a.id = f.author and (
                    a.restriction = 'suspended'
                    or a.restriction = 'silenced' and $9::bigint is null and f.author <> $10 and not exists (
                        select from published.follows w where w.follower = $10 and w.followee = f.author)))
        order by f.created_at desc, f.id desc
        limit $8
    ) k
    cross join lateral (select * from published.messages m where m.id = k.id limit 1) m
)
