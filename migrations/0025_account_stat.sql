-- Counts per account, apart from the profile so that a busy count never rewrites it. There is a row only while one of
-- them is not zero, so that a replay that never sees the difference gives the same rows.
create table social_v1.account_stat (
    account bigint not null,
    followers bigint not null default 0,
    following bigint not null default 0,
    messages bigint not null default 0,
    constraint account_stat_pk primary key (account),
    constraint account_stat_not_negative check (followers >= 0 and following >= 0 and messages >= 0)
) with (fillfactor = 70);
