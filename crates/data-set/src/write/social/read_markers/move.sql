-- Purpose: move read markers; the furthest one counts. Indexes: former_account_pk, read_marker_pk.
insert into read_marker as r (account, until)
select g.account, g.until
from unnest($1::bigint[], $2::bigint[]) as g (account, until)
where not exists (select from former_account f where f.id = g.account)
on conflict (account) do update set until = excluded.until
where r.until < excluded.until
