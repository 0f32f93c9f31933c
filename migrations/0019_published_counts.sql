-- Complete counts for people: folded ones, and for periods that are not split those of their rows.
create view published.tag_counts as
select tag, granularity::text as grain, starts_at, messages from social_v1.message_count where author = 0
union all
select k.tag, g.granularity::text, date_trunc(g.granularity::text, k.created_at, 'UTC'), count(*)
from social_v1.message_tag k
cross join (values
    ('day'::control.granularity, 'month'::control.granularity), ('hour', 'day'), ('minute', 'hour')) as g (granularity, parent)
where not exists (
    select from social_v1.message_count p
    where p.author = 0 and p.tag = k.tag and p.granularity = g.parent
      and p.starts_at = date_trunc(g.parent::text, k.created_at, 'UTC') and p.messages >= control.split_from())
group by 1, 2, 3;

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
