-- Purpose: as ../walk_by_tag.sql, for messages of the past: the messages (walked) that may have had the tags at a moment,
--   at most $8 entries of the index. What came or went since is among them.
-- Index: tagged_pk, walked backwards for each driving tag and merged. Which of several tags is the rarest is asked of the
--   present (message_count_pk): it is a guess, and the bound holds whatever was rare then. A message that had a tag
--   several times comes several times, one behind the other.
-- Why this order: that of the lists. So nothing is sorted, and who has enough stops.
with driver as (
    select case
        when cardinality($2::text[]) = 1 then $2::text[]
        when cardinality($2::text[]) > 1 then array[(
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
        (select k.created_at, k.message as id from served.tag_history k
         where k.tag = (select d.tags[1] from driver d) and (k.created_at, k.message) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.message desc limit $8)
        union all
        (select k.created_at, k.message as id from served.tag_history k
         where k.tag = (select d.tags[2] from driver d) and (k.created_at, k.message) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.message desc limit $8)
        union all
        (select k.created_at, k.message as id from served.tag_history k
         where k.tag = (select d.tags[3] from driver d) and (k.created_at, k.message) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.message desc limit $8)
        union all
        (select k.created_at, k.message as id from served.tag_history k
         where k.tag = (select d.tags[4] from driver d) and (k.created_at, k.message) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.message desc limit $8)
        union all
        (select k.created_at, k.message as id from served.tag_history k
         where k.tag = (select d.tags[5] from driver d) and (k.created_at, k.message) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.message desc limit $8)
        union all
        (select k.created_at, k.message as id from served.tag_history k
         where k.tag = (select d.tags[6] from driver d) and (k.created_at, k.message) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.message desc limit $8)
        union all
        (select k.created_at, k.message as id from served.tag_history k
         where k.tag = (select d.tags[7] from driver d) and (k.created_at, k.message) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.message desc limit $8)
        union all
        (select k.created_at, k.message as id from served.tag_history k
         where k.tag = (select d.tags[8] from driver d) and (k.created_at, k.message) < ($4, $5) and k.created_at >= $6
         order by k.created_at desc, k.message desc limit $8)
        order by created_at desc, id desc
        limit $8
    ) k
    window w as (order by k.created_at desc, k.id desc)
)
