-- Complete counts for people: folded ones, and for periods that are not split those of their rows.
create view published.tag_counts as
-- By name, so that who asks for one grain gets a range of its index.
select c.tag, g.grain, c.starts_at, c.messages
from (values
    ('minute', 'minute'::control.granularity), ('hour', 'hour'), ('day', 'day'), ('month', 'month')) as g (grain, granularity)
join social_v1.message_count c on c.author = 0 and c.granularity = g.granularity
union all
-- Read below the periods that are not split: these are few rows each, and no others are looked at.
select p.tag, g.grain, k.starts_at, k.messages
from (values
    ('day', 'month'::control.granularity), ('hour', 'month'), ('hour', 'day'), ('minute', 'month'), ('minute', 'day'),
    ('minute', 'hour')) as g (grain, parent)
join social_v1.message_count p
    on p.author = 0 and p.granularity = g.parent and p.messages < control.split_from()
cross join lateral (
    select date_trunc(g.grain, k.created_at, 'UTC') as starts_at, count(*) as messages
    from social_v1.message_tag k
    where k.tag = p.tag and k.created_at >= p.starts_at and k.created_at < case g.parent
        when 'hour' then p.starts_at + interval '1 hour'
        when 'day' then p.starts_at + interval '24 hours'
        else (p.starts_at at time zone 'UTC' + interval '1 month') at time zone 'UTC'
    end
    group by 1
) k;

create view published.author_counts as
select author, tag, starts_at, messages from social_v1.message_count where author <> 0 and granularity = 'day'
union all
select m.author, t.tag, date_trunc('day', m.created_at, 'UTC'), count(*)
from social_v1.message m
cross join unnest(array_append(m.tags, '')) as t (tag)
where not exists (
    select from social_v1.message_count p
    where p.author = m.author and p.tag = '' and p.granularity = 'month'
      and p.starts_at = date_trunc('month', m.created_at, 'UTC') and p.messages >= control.split_from())
group by 1, 2, 3;
