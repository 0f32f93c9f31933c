-- Purpose: the end of every statement that shows messages as they were: the text of the edition of then, and what
--   others and the caller had made of them, of the messages in `page`, which are few and in their final number by here. `p` is one row:
--   the position of the data, the caller, and the position of the moment. Who is named how, who sees what, and bookmarks
--   are of today. A message that was deleted since has no text any more, and is shown without an author.
-- Index: message_edition_pk or message_pk, account_pk, liked_by_message, reposted_by_message, message_reply,
--   bookmarked_pk and twice blocked_pk: a look-up or a range each per row of the page. `limit 1` as in the other show_messages.sql.
-- Why this order: the page's own; it came out of the look-ups in that order, but only a sort promises it.
select
    p.*, m.id, case when e.text is not null then m.author end as author, a.handle as author_handle,
    a.display_name as author_name, e.text, m.tags, m.in_reply_to, m.created_at,
    m.edited_at, m.edition, m.key_position, m.is_silenced, m.is_match, m.is_bound,
    -- Of what was deleted since, none are shown.
    coalesce(l.likes, 0) as likes, coalesce(r.reposts, 0) as reposts, coalesce(s.replies, 0) as replies,
    coalesce(l.liked, false) as liked, coalesce(r.reposted, false) as reposted, b.account is not null as bookmarked,
    x.account is not null or coalesce(a.restriction = 'suspended', false) as is_hidden
from p
left join page m on true
left join lateral (
    select e.text from published.message_editions e
    where e.message = m.id and e.edition = m.edition
    limit 1
) e on true
left join lateral (
    select a.handle, a.display_name, a.restriction from published.accounts a where a.id = m.author limit 1
) a on true
-- Who is among those who are counted is looked for while they are.
left join lateral (
    select count(*) as likes, bool_or(f.account = p.caller) as liked
    from published.like_history f
    where f.message = m.id and f.from_position <= p.at and (f.to_position is null or f.to_position > p.at)
) l on e.text is not null
left join lateral (
    select count(*) as reposts, bool_or(f.account = p.caller) as reposted
    from published.repost_history f
    where f.message = m.id and f.from_position <= p.at and (f.to_position is null or f.to_position > p.at)
) r on e.text is not null
left join lateral (
    select count(*) as replies
    from served.message_history f
    where f.in_reply_to = m.id and f.id <= p.at and (f.to_position is null or f.to_position > p.at)
) s on e.text is not null
left join lateral (
    select b.account from served.bookmarks b where b.account = p.caller and b.message = m.id limit 1
) b on true
left join lateral (
    select x.account from served.hidden_accounts x where x.viewer = p.caller and x.account = m.author limit 1
) x on true
order by m.key_at desc, m.key_position desc
