-- Purpose: new follows of merged authors; all that they see is merged on read. Index: merged_pk.
insert into merged (owner, author, since)
select g.owner, g.author, g.since
from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as g (owner, author, since)
order by g.owner, g.author
on conflict do nothing
