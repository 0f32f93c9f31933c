-- Purpose: one page of the messages that an account likes, newest like first, and whether the account exists. Ends in
--   show_messages.sql.
-- Index: liked_by_account, walked backwards from the cursor; then message_pk, once per row of the page.
-- Why this order: a like's position is its own and never changes; the messages' times say nothing about when they
-- pleased.
with p as (
    select
        coalesce(max(position), 0) as position, $4::bigint as caller,
        exists(select from published.accounts a where a.id = $1 and a.restriction is distinct from 'suspended')
            and not exists (select from served.hidden_accounts h where h.viewer = $4 and h.account = $1) as is_known
    from published.projections
    where projection = 'social' and state = 'published' and shard = 0
), page as (
    select
        m.id, m.author, m.text, m.tags, m.in_reply_to, m.created_at, m.edited_at, m.edition,
        null::timestamptz as key_at, k.position as key_position
    from (
        select k.message, k.position
        from published.likes k
        where k.account = $1 and k.position < $2
        order by k.position desc
        limit $3
    ) k
    cross join lateral (select * from published.messages m where m.id = k.message limit 1) m
)
