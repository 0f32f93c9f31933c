-- Purpose: take messages out of every list, with their tags and history and all that was done to them; answers what the
-- counts lose. A reply keeps naming the message that it answered, so replies are not looked for.
-- Why the first edition's tags are kept: they do not depend on edits, so a deletion waits for none that is parked.
-- Indexes: message_pk, message_tag_pk, message_edition_pk, liked_by_message, reposted_by_message,
-- bookmarked_by_message, message_stat_pk, notification_by_message.
with deleted as (
    delete from message where id = any($1::bigint[])
    returning id, author, created_at, tags, in_reply_to
), untagged as (
    delete from message_tag t
    using deleted d cross join lateral unnest(array_append(d.tags, '')) as g (tag)
    where t.tag = g.tag and t.created_at = d.created_at and t.id = d.id
), forgotten as (
    delete from message_edition where message = any($1::bigint[])
), unliked as (
    delete from liked where message = any($1::bigint[])
), unreposted as (
    delete from reposted where message = any($1::bigint[])
), unbookmarked as (
    delete from bookmarked where message = any($1::bigint[])
), uncounted as (
    delete from message_stat where message = any($1::bigint[])
), hushed as (
    delete from notification where message = any($1::bigint[])
)
-- The statement still sees all messages, so a message that is deleted together with its reply is recognised.
select
    d.id, d.author, d.created_at, d.tags, d.in_reply_to, case when gone.id is null then p.id end as answered,
    coalesce((select e.tags from message_edition e where e.message = d.id and e.edition = 1), d.tags) as first_tags
from deleted d
left join message p on p.id = d.in_reply_to
left join deleted gone on gone.id = d.in_reply_to
