-- Accounts that somebody follows. An account with very many followers is merged: its entries are not written to their
-- feeds but added on read.
create table feeds_v1.author (
    account bigint not null,
    followers bigint not null,
    is_merged boolean not null,
    constraint author_pk primary key (account),
    constraint author_followers_not_negative check (followers >= 0)
) with (fillfactor = 70);
