-- Purpose: the end of every statement that shows messages: what others and the caller made of the messages in `page`,
--   which are few and in their final number by here, and whether they are hidden from the caller, or from
--   everybody because a moderator suspended their author. `p` is one row: the position, and the caller.
-- Index: account_pk, message_stat_pk, liked_pk, reposted_pk, bookmarked_pk and twice blocked_pk, one look-up each per row of the page. `limit 1` keeps
--   the planner from reading one of these tables as a whole instead, which it would like better for pages as long as it
--   fears.
-- Why this order: the page's own; it came out of the look-ups in that order, but only a sort promises it.
select
    p.*, m.*, a.handle as author_handle, a.display_name as author_name,
    coalesce(s.likes, 0) as likes, coalesce(s.reposts, 0) as reposts, coalesce(s.replies, 0) as replies,
    l.account is not null as liked, r.account is not null as reposted, b.account is not null as bookmarked,
    h.account is not null or coalesce(a.restriction = 'suspended', false) as is_hidden
from p
left join page m on true
left join lateral (
    select a.handle, a.display_name, a.restriction from published.accounts a where a.id = m.author limit 1
) a on true
left join lateral (
    select s.likes, s.reposts, s.replies from published.message_stats s where s.message = m.id limit 1
) s on true
left join lateral (
    select l.account from published.likes l where l.account = p.caller and l.message = m.id limit 1
) l on true
left join lateral (
    select r.account from published.reposts r where r.account = p.caller and r.message = m.id limit 1
) r on true
left join lateral (
    select b.account from served.bookmarks b where b.account = p.caller and b.message = m.id limit 1
) b on true
left join lateral (
    select h.account from served.hidden_accounts h where h.viewer = p.caller and h.account = m.author limit 1
) h on true
order by m.key_at desc, m.key_position desc
