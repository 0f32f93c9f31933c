-- Purpose: entries out of all feeds that hold them. Of a merged author these are few: only the follows that were there
--   when it became one, with the entries of before.
-- Indexes: author_pk; follow_by_followee or merged_by_author, one range per entry; feed_pk, whole key.
delete from feed d
using (
    select f.follower as owner, e.position
    from unnest($1::bigint[], $2::bigint[]) as e (author, position)
    join author a on a.account = e.author and not a.is_merged
    join follow f on f.followee = e.author and f.visible_from <= e.position
    union all
    select m.owner, e.position
    from unnest($1::bigint[], $2::bigint[]) as e (author, position)
    join merged m on m.author = e.author and m.since > e.position
) as k
where d.owner = k.owner and d.position = k.position
