-- Purpose: the newest event of each of these subjects, for those that have any.
-- Index: events' primary key, backwards, once per subject.
select newest.*
from unnest($1::text[], $2::text[]) as s (kind, subject)
    cross join lateral (
        select e.aggregate_id as subject, e.sequence, e.recorded_at, e.payload::text as payload, e.raw, e.metadata::text as metadata
        from events as e
        where e.aggregate_type = s.kind and e.aggregate_id = s.subject
        order by e.aggregate_type desc, e.aggregate_id desc, e.sequence desc
        limit 1
    ) as newest
