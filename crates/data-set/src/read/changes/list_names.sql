-- Purpose: the names of those of the accounts $1 that everybody may see.
-- Index: account_pk, once per account. `limit 1` keeps the planner from reading the table as a whole instead.
-- Why this order: none.
select a.id, a.handle, a.display_name
from unnest($1::bigint[]) as k (id)
cross join lateral (select * from published.accounts a where a.id = k.id limit 1) a
where a.restriction is distinct from 'suspended'
