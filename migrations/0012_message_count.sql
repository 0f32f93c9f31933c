-- How many messages were created, by tag (the empty tag: any) and by author and tag, in UTC. What is few is counted
-- from the rows; what is many is folded: a period is split, which means that it has rows of the next finer granularity,
-- while it holds control.split_from() messages or more.
--   of a tag (author 0):   month, then day, hour and minute where the period around them is split
--   of an author:          all (empty tag only), then month, day, hour and minute of every tag, where the author's
--                          messages of any tag split the period around them
-- So the rows follow from the messages alone. Never zero or negative: every delta belongs to a row of message_tag that
-- was inserted or deleted in the same transaction.
create table social_v1.message_count (
    -- Or 0: any.
    author bigint not null,
    -- See message_tag.
    tag text collate "C" not null,
    granularity control.granularity not null,
    -- 1970-01-01 for `all`.
    starts_at timestamptz not null,
    messages bigint not null,
    -- Without the number itself: then an update touches no index (it is "heap-only"), and a batch makes thousands.
    constraint message_count_pk primary key (author, tag, granularity, starts_at),
    constraint message_count_not_negative check (messages >= 0)
) with (fillfactor = 70);
