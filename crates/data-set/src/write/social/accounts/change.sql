-- Purpose: changed profiles. Index: account_pk. A former account has no row any more.
update account a
set handle = g.handle, display_name = g.display_name, bio = g.bio
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as g (id, handle, display_name, bio)
where a.id = g.id
