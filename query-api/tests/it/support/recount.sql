-- Purpose: all counts as the rows ask for them, see migration 0012: those of a period if the one around it holds many.
with tagged as (
    select author, tag, created_at from social_v1.message_tag
    union all
    select 0, tag, created_at from social_v1.message_tag
), counted as (
    select author, tag, granularity::control.granularity as granularity, date_trunc(granularity, created_at, 'UTC') as starts_at, count(*) as messages
    from tagged cross join unnest(array['minute', 'hour', 'day', 'month']) as granularity
    group by 1, 2, 3, 4
    union all
    select author, '', 'all', timestamptz '1970-01-01Z', count(*) from tagged where author <> 0 and tag = '' group by author
)
insert into social_v1.message_count (author, tag, granularity, starts_at, messages)
select c.author, c.tag, c.granularity, c.starts_at, c.messages
from counted c
join (values ('minute'::control.granularity, 'hour'), ('hour', 'day'), ('day', 'month'), ('month', 'all'), ('all', null))
    as g (granularity, parent) using (granularity)
where c.granularity = 'all' or c.granularity = 'month' and c.author = 0 or exists (
    select from counted p
    where p.author = c.author and p.tag = case when c.author = 0 then c.tag else '' end
      and p.granularity = g.parent::control.granularity and p.messages >= control.split_from()
      and p.starts_at = case g.parent when 'all' then timestamptz '1970-01-01Z'
                                      else date_trunc(g.parent, c.starts_at, 'UTC') end)
on conflict (author, tag, granularity, starts_at) do update set messages = excluded.messages
