-- Purpose: from the next entry on, authors are merged on read, for all followers that have no such row yet: those who
--   came later have all of their entries merged.
-- Indexes: entry_pk, its end per author; follow_by_followee, one range per author; merged_pk.
insert into merged (owner, author, since)
select f.follower, f.followee, greatest(n.newest + 1, f.visible_from)
from unnest($1::bigint[]) as g (author)
cross join lateral (
    select coalesce(max(e.position), 0) as newest from entry e where e.author = g.author
) n
join follow f on f.followee = g.author
order by f.follower, f.followee
on conflict do nothing
