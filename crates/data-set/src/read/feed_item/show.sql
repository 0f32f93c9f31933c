-- Purpose: entries (c), each with what is shown of it. The end of a statement that made p and c. A repost is shown only
--   together with its row in reposts: the entries come from a projection worker that may be ahead of the others.
--   What the caller does not want to see, or may not, is not shown: `p.is_home` says whether mutes count.
-- Index: message_pk, reposted_pk, account_pk, message_stat_pk, liked_pk, bookmarked_pk, blocked_pk and muted_pk, one or
--   two look-ups each per entry.
-- Why limit 1: every part is one look-up per entry, never a join over whole tables.
select
    p.position, c.position as entry_position, c.position as key_position,
    case when c.position <> c.message then c.author end as reposter,
    b.handle as reposter_handle, b.display_name as reposter_name,
    m.id, m.author, a.handle as author_handle, a.display_name as author_name, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
    coalesce(s.likes, 0) as likes, coalesce(s.reposts, 0) as reposts, coalesce(s.replies, 0) as replies,
    l.position is not null as liked, r.position is not null as reposted, k.position is not null as bookmarked,
    h.account is not null or u.muted is not null
        or coalesce(a.restriction = 'suspended', false) or coalesce(b.restriction = 'suspended', false) as is_hidden
from p
left join c on true
left join lateral (
    select position from published.reposts
    where account = c.author and message = c.message and c.position <> c.message limit 1
) o on true
left join lateral (
    select * from published.messages
    where id = c.message and (c.position = c.message or c.position = o.position) limit 1
) m on true
left join lateral (
    select handle, display_name, restriction from published.accounts where id = m.author limit 1
) a on true
left join lateral (
    select handle, display_name, restriction from published.accounts
    where id = c.author and c.position <> c.message limit 1
) b on true
left join lateral (
    select likes, reposts, replies from published.message_stats where message = m.id limit 1
) s on true
left join lateral (
    select position from published.likes where account = $1 and message = m.id limit 1
) l on true
left join lateral (
    select position from published.reposts where account = $1 and message = m.id limit 1
) r on true
left join lateral (
    select position from served.bookmarks where account = $1 and message = m.id limit 1
) k on true
left join lateral (
    select account from served.hidden_accounts where viewer = $1 and account in (m.author, c.author) limit 1
) h on true
left join lateral (
    select muted from served.mutes where p.is_home and muter = $1 and muted in (m.author, c.author) limit 1
) u on true
order by c.position desc
