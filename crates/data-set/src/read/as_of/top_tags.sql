-- Purpose: the tags that most messages had at moment $6 which were created in a window of time, from $2 to before $3
--   without the gaps $4, with the number in the window before it, which begins at $1; and the position. Both windows are
--   counted message by message; `walked` says how many entries were looked at, at most $5. Ends in ../show_tags.sql.
-- Index: tagged_pk, one range of the empty tag; message_pk and edition_pk once per message that was there. Per tag of the
--   answer tagged_pk for who used it.
-- Why this order: the busiest first; tags that are equally busy by their code points, so that it is always the same.
with p as (
    select
        least(
            coalesce((select position from published.projections
                       where projection = 'social' and state = 'published' and shard = 0), 0),
            coalesce((select position from published.projections
                       where projection = 'history' and state = 'published' and shard = 0), 0)
        ) as position,
        $8::bigint as caller
), walked as materialized (
    select
        k.message as id, k.created_at,
        k.from_position <= $6 and (k.to_position is null or k.to_position > $6)
            and not k.created_at <@ any ($4::tstzrange[]) as was_there
    from served.tag_history k
    where k.tag = '' and k.created_at >= $1 and k.created_at < $3
    limit $5
), counted as (
    select
        t.tag collate "C" as tag, count(*) filter (where k.created_at >= $2) as messages,
        count(*) filter (where k.created_at < $2) as before
    from walked k
    cross join lateral (
        select m.id, m.tags from served.message_history m where m.id = k.id limit 1
    ) m
    cross join lateral unnest(coalesce((
        select h.tags from published.edit_history h
        where h.message = m.id and h.position <= $6
        order by h.position desc
        limit 1
    ), m.tags)) as t (tag)
    where k.was_there
    group by 1
), top as (
    select c.tag, c.messages, c.before from counted c
    where c.messages > 0
    order by c.messages desc, c.tag
    limit $7
)
select
    p.position, (select count(*) from walked) as walked, t.tag, t.messages, t.before,
    exists (
        select from (
            select k.author from served.tag_history k
            where k.tag = t.tag and k.created_at >= $2 and k.created_at < $3
                and k.from_position <= $6 and (k.to_position is null or k.to_position > $6)
            order by k.created_at desc, k.message desc
            limit 100
