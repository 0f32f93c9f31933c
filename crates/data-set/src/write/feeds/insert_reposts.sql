-- Purpose: reposts as entries of their accounts: only of messages that are there, none while an earlier one stands, and
--   none where one of the two accounts blocks the other. Answers as insert_posts.sql does.
-- Indexes: former_pk, blocked_pk, entry_pk, author_pk, and two look-ups in entry_by_message per repost.
with inserted as (
    insert into entry (author, position, message)
    select g.author, g.position, g.message
    from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as g (author, position, message)
    where not exists (select from former x where x.account = g.author)
        and exists (
            select from entry post where post.message = g.message and post.position = g.message
                and not exists (select from blocked x where x.blocker = post.author and x.blocked = g.author)
                and not exists (select from blocked x where x.blocker = g.author and x.blocked = post.author)
        )
        and not exists (
            select from entry earlier
            where earlier.message = g.message and earlier.author = g.author
                and earlier.position <> earlier.message
        )
    on conflict do nothing
    returning author, position, message
)
select i.author, i.position, i.message, a.followers
from inserted i
join author a on a.account = i.author and not a.is_merged
