-- Purpose: follows that ended. Answers which entries they had in feeds: from visible_from to before since.
-- Indexes: follow_pk and merged_pk, whole keys. The select reads `merged` as it was before.
with given as (
    select g.follower, g.followee from unnest($1::bigint[], $2::bigint[]) as g (follower, followee)
), deleted as (
    delete from follow f using given g
    where f.follower = g.follower and f.followee = g.followee
    returning f.follower, f.followee, f.visible_from
), unmerged as (
    delete from merged m using given g
    where m.owner = g.follower and m.author = g.followee
)
select d.follower, d.followee, d.visible_from, m.since
from deleted d
left join merged m on m.owner = d.follower and m.author = d.followee
