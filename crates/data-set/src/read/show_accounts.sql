-- Purpose: the end of every statement that shows accounts: who is in `page`, whether the caller follows them, and whether
--   they are suspended, or hidden from `p.viewer`, who is the caller, or nobody in lists of whom the caller does not want to see.
-- Index: account_pk, follow_pk and twice blocked_pk, one look-up each per row of the page; `limit 1` as in show_messages.sql.
-- Why this order: newest first, by the position of the event that put the account into the list.
select p.*, c.*, a.handle, a.display_name, f.follower is not null as followed, 
    h.account is not null or coalesce(a.restriction = 'suspended' and p.viewer is not null, false) as is_hidden
from p
left join page c on true
left join lateral (
    select a.handle, a.display_name, a.restriction from published.accounts a where a.id = c.account limit 1
) a on true
left join lateral (
    select f.follower from published.follows f where f.follower = p.caller and f.followee = c.account limit 1
) f on true
left join lateral (
    select h.account from served.hidden_accounts h where h.viewer = p.viewer and h.account = c.account limit 1
) h on true
order by c.key_position desc
