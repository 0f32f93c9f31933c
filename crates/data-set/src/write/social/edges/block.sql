-- Purpose: new blocks, of which nobody is told; answers the ones that were really made. The follows between the two are
--   gone already.
-- Indexes: former_account_pk twice; blocked_pk decides what is new.
insert into blocked (blocker, blocked, position, blocked_at)
select g.blocker, g.blocked, g.position, g.blocked_at
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::boolean[])
    as g (blocker, blocked, position, blocked_at, is_told)
where not exists (select from former_account f where f.id = g.blocker)
  and not exists (select from former_account f where f.id = g.blocked)
on conflict (blocker, blocked) do nothing
returning blocker, blocked
