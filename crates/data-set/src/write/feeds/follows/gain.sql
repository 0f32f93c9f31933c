-- Purpose: more followers; an author that becomes merged stays so here. Index: author_pk.
insert into author (account, followers, is_merged)
select g.account, g.followers, g.becomes_merged
from unnest($1::bigint[], $2::bigint[], $3::boolean[]) as g (account, followers, becomes_merged)
order by g.account
on conflict (account) do update
    set followers = author.followers + excluded.followers, is_merged = author.is_merged or excluded.is_merged
