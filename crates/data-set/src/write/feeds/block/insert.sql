-- Purpose: a new block. Indexes: former_pk twice; blocked_pk decides whether it is new.
insert into blocked (blocker, blocked)
select $1, $2
where not exists (select from former x where x.account = $1)
  and not exists (select from former x where x.account = $2)
on conflict do nothing
