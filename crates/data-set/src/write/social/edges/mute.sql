-- Purpose: new mutes, of which nobody is told; answers the ones that were really made.
-- Indexes: former_account_pk twice; muted_pk decides what is new.
insert into muted (muter, muted, position, muted_at)
select g.muter, g.muted, g.position, g.muted_at
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::boolean[])
    as g (muter, muted, position, muted_at, is_told)
where not exists (select from former_account f where f.id = g.muter)
  and not exists (select from former_account f where f.id = g.muted)
on conflict (muter, muted) do nothing
returning muter, muted
