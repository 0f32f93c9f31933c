-- Purpose: the end of every statement that ranks tags, from the newest 100 messages with a tag on: whether the
--   caller sees anybody who wrote them. A tag is text, too: whoever may not see those who wrote it does not see it.
--   `p` is one row: the position, and the caller.
-- Index: account_pk, blocked_pk and follow_pk, once per message. `limit 1` as in show_messages.sql.
-- Why this order: the busiest first; tags that are equally busy by their code points.
        ) k
        left join lateral (
            select h.account from served.hidden_accounts h where h.viewer = p.caller and h.account = k.author limit 1
        ) h on true
        left join lateral (select a.restriction from published.accounts a where a.id = k.author limit 1) a on true
        left join lateral (
            select f.followee from published.follows f where f.follower = p.caller and f.followee = k.author limit 1
        ) f on true
        where h.account is null
            and case a.restriction
                when 'suspended' then false
                when 'silenced' then k.author = p.caller or f.followee is not null
                else true
            end
    ) as is_visible
from p
left join top t on true
order by t.messages desc, t.tag
