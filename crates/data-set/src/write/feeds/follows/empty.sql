-- Purpose: what follows that ended had brought into feeds, out of them.
-- Indexes: entry_pk, one range per follow; feed_pk, whole key. Not the range of the owner in feed_pk, which holds the
--   entries of everybody whom the owner follows.
delete from feed d
using unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as g (owner, author, visible_from, since)
join entry e on e.author = g.author and e.position >= g.visible_from and e.position < g.since
where d.owner = g.owner and d.position = e.position
