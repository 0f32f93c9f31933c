-- What people told moderators, and what became of it.
create table social_v1.report (
    -- Of the event, and so its id.
    position bigint not null,
    reporter bigint not null,
    account bigint not null,
    message bigint,
    reason text not null,
    comment text,
    reported_at timestamptz not null,
    -- acted or dismissed; null while it is open.
    outcome text,
    resolved_by bigint,
    resolved_at timestamptz,
    resolution text,
    constraint report_pk primary key (position)
);
-- The queue, and what is done.
create index report_open on social_v1.report (position) where outcome is null;
create index report_resolved on social_v1.report (position) where outcome is not null;
grant select, insert, update, delete on social_v1.report to rookery_reducer;

create view published.reports as
select
    position, account, message, message::text as message_id_text, reason, reported_at, outcome, resolved_by, resolved_at
from social_v1.report;
grant select on published.reports to rookery_reader, rookery_reducer;

create view served.report_queue as
select
    position, reporter, account, message, reason, comment, reported_at, outcome, resolved_by, resolved_at, resolution
from social_v1.report;
comment on view served.report_queue is
    'Reports as moderators see them.';
grant select on served.report_queue to rookery_query_api, rookery_reducer;
