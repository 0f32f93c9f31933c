-- Complete counts for people: folded ones, and for periods that are not split those of their rows.
create view published.tag_counts as
select tag, granularity as grain, starts_at, messages from social_v1.message_count where author = 0
union all
-- Read below the periods that are not split: these are few rows each, and no others are looked at.
select p.tag, g.granularity, k.starts_at, k.messages
from (values
    ('day'::control.granularity, 'month'::control.granularity), ('hour', 'month'), ('hour', 'day'),
    ('minute', 'month'), ('minute', 'day'), ('minute', 'hour')) as g (granularity, parent)
join social_v1.message_count p
    on p.author = 0 and p.granularity = g.parent and p.messages < control.split_from()
cross join lateral (
    select date_trunc(g.granularity::text, k.created_at, 'UTC') as starts_at, count(*) as messages
    from social_v1.message_tag k
    where k.tag = p.tag and k.created_at >= p.starts_at and k.created_at < case g.parent
        when 'hour' then p.starts_at + interval '1 hour'
        when 'day' then p.starts_at + interval '24 hours'
        else (p.starts_at at time zone 'UTC' + interval '1 month') at time zone 'UTC'
    end
    group by 1
) k;
comment on view published.tag_counts is
    'Messages created per tag (empty: any) in the minute, hour, day or month (UTC) that begins at starts_at. Hours do not add up to days of zones half an hour off: local_counts does.';

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
comment on view published.author_counts is
    'Messages created per author and tag (empty: any) on the UTC day that begins at starts_at.';
