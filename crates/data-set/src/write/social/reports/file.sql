-- Purpose: new reports. Index: report_pk decides what is new.
insert into report (position, reporter, account, message, reason, comment, reported_at)
select g.position, g.reporter, g.account, g.message, g.reason, g.comment, g.reported_at
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[])
    as g (position, reporter, account, message, reason, comment, reported_at)
on conflict (position) do nothing
