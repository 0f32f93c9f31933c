-- What moderators and operators decided, each event for good: the audit trail.
create table social_v1.moderation_action (
    position bigint not null,
    account bigint not null,
    -- warn, silence, suspend, lift, or roles.
    action text not null,
    -- Null for roles.
    reason text,
    -- The account's roles from then on.
    roles text[] not null,
    -- The moderator; 9007199254740991 is an operator with a tool.
    decided_by bigint not null,
    operator text,
    note text,
    decided_at timestamptz not null,
    constraint moderation_action_pk primary key (position)
);
create index moderation_action_by_account on social_v1.moderation_action (account, position);
grant select, insert, update, delete on social_v1.moderation_action to rookery_reducer;

create view published.moderation_actions as
select position, account, action, reason, roles, decided_by, decided_at from social_v1.moderation_action;
grant select on published.moderation_actions to rookery_reader, rookery_reducer;

create view served.moderation_notes as
select position, operator, note from social_v1.moderation_action;
comment on view served.moderation_notes is
    'The words to moderation_actions.';
grant select on served.moderation_notes to rookery_query_api, rookery_reducer;
