-- Who does not want to see whom in timeline and notifications; position as in follow.
create table social_v1.muted (
    muter bigint not null,
    muted bigint not null,
    position bigint not null,
    muted_at timestamptz not null,
    constraint muted_pk primary key (muter, muted)
);
create index muted_by_muter on social_v1.muted (muter, position);
create index muted_by_muted on social_v1.muted (muted, position);
grant select, insert, update, delete on social_v1.muted to rookery_reducer;

create view served.mutes as
select muter, muted, position, muted_at from social_v1.muted;
comment on view served.mutes is
    'What an account keeps to itself: whom it mutes.';
grant select on served.mutes to rookery_query_api, rookery_reducer;
