-- Purpose: what accounts are restricted to from now on. Index: account_pk. A former account has no row any more.
update account a
set restriction = g.restriction
from unnest($1::bigint[], $2::text[]) as g (id, restriction)
where a.id = g.id
