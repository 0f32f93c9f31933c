-- Purpose: reports that moderators are done with; the first time stands. Index: report_pk.
update report r
set outcome = g.outcome, resolved_by = g.resolved_by, resolved_at = g.resolved_at, resolution = g.note
from unnest($1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[])
    as g (report, outcome, resolved_by, resolved_at, note)
where r.position = g.report and r.outcome is null
