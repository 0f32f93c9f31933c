-- Purpose: the tags of which most messages were created in a window of time, with the number in the window before it,
--   and the position. Of the $2 tags that had most messages in the months $1, which the window touches, the messages in
--   both windows are summed over spans of time, as in count_by_tag.sql. `tags` and `at_most` say what was left out:
--   whether there were so many tags, and that no other one can have more messages than that. Ends in show_tags.sql.
-- Index: message_count_of_month, one range per month; message_count_pk and message_tag_pk as in count_by_tag.sql, per
--   tag; message_tag_pk for who used it.
-- Why this order: the busiest first; tags that are equally busy by their code points, so that it is always the same.
with p as (
    select coalesce(max(position), 0) as position, $12::bigint as caller
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), likely as materialized (
    select t.tag, sum(t.messages) as at_most
    from unnest($1::timestamptz[]) as m (starts_at)
    cross join lateral (
        select t.tag, t.messages from served.folded_counts t
        where t.author = 0 and t.grain = 'month' and t.starts_at = m.starts_at and t.tag <> ''
        -- So that it is looked up per month, whatever the planner knows of the table.
        offset 0
    ) t
    group by t.tag
    order by 2 desc, t.tag
    limit $2
), counted as (
    select
        l.tag, coalesce(sum(c.messages) filter (where s.number = 0), 0)::bigint as messages,
        coalesce(sum(c.messages) filter (where s.number = 1), 0)::bigint as before
    from likely l
    cross join unnest($3::int[], ($4::text[])::control.granularity[], $5::timestamptz[], $6::timestamptz[],
                      ($7::text[])::control.granularity[], $8::timestamptz[])
        as s(number, granularity, starts_at, ends_at, parent, parent_starts_at)
    cross join lateral (
        select sum(t.messages) as messages
        from served.folded_counts t
        where t.author = 0 and t.tag = l.tag and t.grain = s.granularity
            and t.starts_at >= s.starts_at and t.starts_at < s.ends_at
        union all
        select count(*) as messages
        from published.message_tags k
        where k.tag = l.tag and k.created_at >= s.starts_at and k.created_at < s.ends_at
            and (s.granularity is null or s.parent is not null and not exists (
                select from served.folded_counts d
                where d.author = 0 and d.tag = l.tag and d.grain = s.parent and d.starts_at = s.parent_starts_at
                    and d.messages >= control.split_from()))
    ) c
    group by l.tag
), top as (
    select c.tag, c.messages, c.before from counted c
    where c.messages > 0
    order by c.messages desc, c.tag
    limit $9
)
select
    p.position, (select count(*) from likely) as tags, (select min(at_most) from likely)::bigint as at_most,
    t.tag, t.messages, t.before,
    exists (
        select from (
            select k.author from published.message_tags k
            where k.tag = t.tag and k.created_at >= $10 and k.created_at < $11
            order by k.created_at desc, k.id desc
            limit 100
