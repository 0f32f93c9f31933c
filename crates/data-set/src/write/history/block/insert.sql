-- Purpose: a new block. Indexes: former_pk twice; blocked_pk decides whether it is new. An account that is gone blocks
-- nobody, and nobody blocks it.
insert into blocked (blocker, blocked, position)
select $1, $2, $3
where not exists (select from former f where f.account = $1 and f.position < $3)
  and not exists (select from former f where f.account = $2 and f.position < $3)
on conflict do nothing
