-- Purpose: the begin of the statements that look at messages one by one, newest first, because no index knows which of
--   them fit: the messages (walked) that a combination of tags may mean, at most $8 of them.
-- Index: message_tag_pk, walked backwards for each driving tag and merged. If tags have to be there, the rarest of them
--   by its months in message_count (message_count_pk) drives alone; else each of those of which one has to be there,
--   at most 8; else the empty tag, which every message has. A message that several of them lead to comes several
--   times, one behind the other.
-- Why this order: that of the lists. So nothing is sorted, and who has enough stops.
with driver as (
    select case
        when cardinality($2::text[]) > 0 then array[(
            select t.tag from unnest($2::text[]) as t (tag)
            order by (
                select coalesce(sum(c.messages), 0) from served.folded_counts c
                where c.author = 0 and c.tag = t.tag and c.grain = 'month'
                    and c.starts_at >= date_trunc('month', $6::timestamptz, 'UTC') and c.starts_at < $4
            )
            limit 1)]
        when cardinality($1::text[]) > 0 then $1::text[]
        else array['']
    end as tags
), walked as (
    select
        k.created_at, k.id, row_number() over w as number,
        k.id is distinct from lag(k.id) over w as is_first
    from (
        (select k.created_at, k.id from published.message_tags k
         where k.tag = (select d.tags[1] from driver d) and (k.created_at, k.id) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.id desc limit $8)
        union all
        (select k.created_at, k.id from published.message_tags k
         where k.tag = (select d.tags[2] from driver d) and (k.created_at, k.id) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.id desc limit $8)
        union all
        (select k.created_at, k.id from published.message_tags k
         where k.tag = (select d.tags[3] from driver d) and (k.created_at, k.id) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.id desc limit $8)
        union all
        (select k.created_at, k.id from published.message_tags k
         where k.tag = (select d.tags[4] from driver d) and (k.created_at, k.id) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.id desc limit $8)
        union all
        (select k.created_at, k.id from published.message_tags k
         where k.tag = (select d.tags[5] from driver d) and (k.created_at, k.id) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.id desc limit $8)
        union all
        (select k.created_at, k.id from published.message_tags k
         where k.tag = (select d.tags[6] from driver d) and (k.created_at, k.id) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.id desc limit $8)
        union all
        (select k.created_at, k.id from published.message_tags k
         where k.tag = (select d.tags[7] from driver d) and (k.created_at, k.id) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.id desc limit $8)
        union all
        (select k.created_at, k.id from published.message_tags k
         where k.tag = (select d.tags[8] from driver d) and (k.created_at, k.id) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.id desc limit $8)
        order by created_at desc, id desc
        limit $8
    ) k
    window w as (order by k.created_at desc, k.id desc)
)
