-- Purpose: new accounts. Indexes: former_account_pk, since nobody comes back; account_pk decides what is new.
insert into account (id, handle, display_name, bio, registered_at)
select g.id, g.handle, g.display_name, g.bio, g.registered_at
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
    as g (id, handle, display_name, bio, registered_at)
where not exists (select from former_account f where f.id = g.id)
on conflict (id) do nothing
