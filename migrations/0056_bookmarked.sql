-- Who wants to find what again; position as in follow.
create table social_v1.bookmarked (
    account bigint not null,
    message bigint not null,
    position bigint not null,
    bookmarked_at timestamptz not null,
    constraint bookmarked_pk primary key (account, message)
);
create index bookmarked_by_account on social_v1.bookmarked (account, position);
-- A deleted message takes its bookmarks along.
create index bookmarked_by_message on social_v1.bookmarked (message);
grant select, insert, update, delete on social_v1.bookmarked to rookery_reducer;

create view served.bookmarks as
select account, message, position, bookmarked_at from social_v1.bookmarked;
comment on view served.bookmarks is
    'What an account keeps to itself: which messages it wants to find again.';
grant select on served.bookmarks to rookery_query_api, rookery_reducer;
