-- Purpose: which of the accounts $2 are hidden from an account, or muted by it.
-- Index: blocked_pk twice and muted_pk, once per account. `limit 1` keeps the planner from reading all that an account blocks
--   or mutes instead.
-- Why this order: none.
select a.account, h.account is not null as is_hidden, u.muted is not null as is_muted
from unnest($2::bigint[]) as a (account)
left join lateral (
    select h.account from served.hidden_accounts h where h.viewer = $1 and h.account = a.account limit 1
) h on true
left join lateral (
    select u.muted from served.mutes u where u.muter = $1 and u.muted = a.account limit 1
) u on true
