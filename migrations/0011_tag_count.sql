-- How many messages of a tag (the empty tag: of any) were created in each minute, hour and day, in UTC. Never
-- negative: every delta belongs to a row that was inserted or deleted in the same transaction.
create table social_v1.tag_count (
    tag text not null,
    grain control.grain not null,
    starts_at timestamptz not null,
    messages bigint not null,
    constraint tag_count_pk primary key (tag, grain, starts_at) include (messages),
    constraint tag_count_not_negative check (messages >= 0)
) with (fillfactor = 70);
