-- Purpose: new follows, each with the position from which on its follower sees the followee's entries. Answers those
--   that were really inserted, with the number of followers that their followee had before.
-- Indexes: former_pk, blocked_pk, follow_pk, author_pk; entry_pk, walked backwards over as many entries as are seen of before.
with given as (
    select g.follower, g.followee, g.position
    from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as g (follower, followee, position)
    where not exists (select from former x where x.account = g.follower)
        and not exists (select from former x where x.account = g.followee)
        and not exists (select from blocked x where x.blocker = g.follower and x.blocked = g.followee)
        and not exists (select from blocked x where x.blocker = g.followee and x.blocked = g.follower)
), inserted as (
    insert into follow (follower, followee, position, visible_from)
    select g.follower, g.followee, g.position, coalesce(e.position, 0)
    from given g
    left join lateral (
        select position from entry where author = g.followee
        order by position desc offset $4 limit 1
    ) e on true
    order by g.follower, g.followee
    on conflict do nothing
    returning follower, followee, position, visible_from
)
select
    i.follower, i.followee, i.position, i.visible_from,
    coalesce(a.followers, 0) as followers_before, coalesce(a.is_merged, false) as was_merged
from inserted i
left join author a on a.account = i.followee
