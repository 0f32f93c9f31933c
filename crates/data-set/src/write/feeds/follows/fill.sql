-- Purpose: the entries of before that new followers see, into their feeds. Index: entry_pk, one range per follow.
insert into feed (owner, position, author, message)
select g.owner, e.position, e.author, e.message
from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as g (owner, author, visible_from)
join entry e on e.author = g.author and e.position >= g.visible_from
order by g.owner, e.position
on conflict do nothing
