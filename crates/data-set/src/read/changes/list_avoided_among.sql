-- Purpose: which of the accounts $2 are hidden from an account, or muted by it.
-- Index: blocked_pk twice and muted_pk, once per account.
-- Why this order: none.
select
    a.account,
    exists (select from served.hidden_accounts h where h.viewer = $1 and h.account = a.account) as is_hidden,
    exists (select from served.mutes u where u.muter = $1 and u.muted = a.account) as is_muted
from unnest($2::bigint[]) as a (account)
