-- Purpose: when the first and the last message were created that had a tag at a moment (the empty tag: of all).
-- Index: tagged_pk, from its first entry of the tag on, and backwards from the newest message of then; what came or went
--   since is passed over within the index.
-- Why two subqueries and not min and max over one: each ends with the first entry that it finds.
select
    least(
        coalesce((select position from published.projections
                   where projection = 'social' and state = 'published' and shard = 0), 0),
        coalesce((select position from published.projections
                   where projection = 'history' and state = 'published' and shard = 0), 0)
    ) as position,
    (select k.created_at from served.tag_history k
      where k.tag = $1 and k.created_at < $3 and k.from_position <= $2 and (k.to_position is null or k.to_position > $2)
      order by k.created_at, k.message limit 1) as first,
    (select k.created_at from served.tag_history k
      where k.tag = $1 and k.created_at < $3 and k.from_position <= $2 and (k.to_position is null or k.to_position > $2)
      order by k.created_at desc, k.message desc limit 1) as last
