-- Purpose: the counts of tags as migration 0012 asks for them: those of a period if the one around it holds many.
with counted as (
    select tag, granularity::control.granularity as granularity, date_trunc(granularity, created_at, 'UTC') as starts_at,
        count(*) as messages
    from social_v1.message_tag cross join unnest(array['minute', 'hour', 'day', 'month']) as granularity
    group by 1, 2, 3
)
insert into social_v1.message_count (author, tag, granularity, starts_at, messages)
select 0, c.tag, c.granularity, c.starts_at, c.messages
from counted c
left join (values ('minute'::control.granularity, 'hour'), ('hour', 'day'), ('day', 'month')) as g (granularity, parent)
    using (granularity)
where c.granularity = 'month' or exists (
    select from counted p
    where p.tag = c.tag and p.granularity = g.parent::control.granularity and p.messages >= control.split_from()
        and p.starts_at = date_trunc(g.parent, c.starts_at, 'UTC'))
