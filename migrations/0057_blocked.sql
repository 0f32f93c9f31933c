-- Who wants nothing to do with whom; position as in follow. Between such two there are no follows, and neither reacts to
-- messages of the other.
create table social_v1.blocked (
    blocker bigint not null,
    blocked bigint not null,
    position bigint not null,
    blocked_at timestamptz not null,
    constraint blocked_pk primary key (blocker, blocked)
);
create index blocked_by_blocker on social_v1.blocked (blocker, position);
create index blocked_by_blocked on social_v1.blocked (blocked, position);
grant select, insert, update, delete on social_v1.blocked to rookery_reducer;

-- The same for home timelines.
create table feeds_v1.blocked (
    blocker bigint not null,
    blocked bigint not null,
    constraint blocked_pk primary key (blocker, blocked)
);
create index blocked_by_blocked on feeds_v1.blocked (blocked);
grant select, insert, update, delete on feeds_v1.blocked to rookery_reducer;

create view served.blocks as
select blocker, blocked, position, blocked_at from social_v1.blocked;
comment on view served.blocks is
    'What an account keeps to itself: whom it blocks.';
-- Both ways, so that whoever shows something asks one question.
create view served.hidden_accounts as
select blocker as viewer, blocked as account from social_v1.blocked
union all
select blocked, blocker from social_v1.blocked;
comment on view served.hidden_accounts is
    'Accounts of which a viewer sees nothing, because one of the two blocks the other.';
grant select on served.blocks, served.hidden_accounts to rookery_query_api, rookery_reducer;
