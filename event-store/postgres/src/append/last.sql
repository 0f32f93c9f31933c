-- Purpose: the last sequence of each of these subjects, 0 where there is none.
-- Index: events' primary key, backwards, once per subject.
select s.subject, coalesce(newest.sequence, 0)
from unnest($1::text[], $2::text[]) as s (kind, subject)
    left join lateral (
        select e.sequence
        from events as e
        where e.aggregate_type = s.kind and e.aggregate_id = s.subject
        order by e.aggregate_type desc, e.aggregate_id desc, e.sequence desc
        limit 1
    ) as newest on true
