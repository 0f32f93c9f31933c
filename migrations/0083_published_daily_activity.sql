-- One row per day, also for days on which nothing happened. Each number is a range of an index, and read only where it
-- is asked for; so a day costs what its rows cost.
call control.in_published_version('social', $$
create view published.daily_activity as
select
    d.day,
    (select count(*) from message_tag k
     where k.tag = '' and k.created_at >= d.starts_at and k.created_at < d.ends_at) as messages,
    (select count(distinct k.author) from message_tag k
     where k.tag = '' and k.created_at >= d.starts_at and k.created_at < d.ends_at) as authors,
    (select count(*) from message m
     where m.in_reply_to is not null and m.created_at >= d.starts_at and m.created_at < d.ends_at) as replies,
    (select count(*) from tombstone t
     where t.deleted_at >= d.starts_at and t.deleted_at < d.ends_at) as deletions,
    (select count(*) from liked l
     where l.liked_at >= d.starts_at and l.liked_at < d.ends_at) as likes,
    (select count(*) from reposted r
     where r.reposted_at >= d.starts_at and r.reposted_at < d.ends_at) as reposts,
    (select count(*) from follow f
     where f.followed_at >= d.starts_at and f.followed_at < d.ends_at) as follows,
    (select count(*) from account a
     where a.registered_at >= d.starts_at and a.registered_at < d.ends_at) as registrations,
    (select count(*) from former_account f
     where f.deactivated_at >= d.starts_at and f.deactivated_at < d.ends_at) as deactivations
from (
    select s.day::date as day, s.day at time zone 'UTC' as starts_at, (s.day + interval '1 day') at time zone 'UTC' as ends_at
    from (
        select
            least(
                (select min(created_at) from message_tag where tag = ''),
                (select min(registered_at) from account),
                (select min(deactivated_at) from former_account),
                (select min(followed_at) from follow),
                (select min(liked_at) from liked),
                (select min(reposted_at) from reposted),
                (select min(deleted_at) from tombstone)
            ) as first,
            greatest(
                (select max(created_at) from message_tag where tag = ''),
                (select max(registered_at) from account),
                (select max(deactivated_at) from former_account),
                (select max(followed_at) from follow),
                (select max(liked_at) from liked),
                (select max(reposted_at) from reposted),
                (select max(deleted_at) from tombstone)
            ) as last
    ) e
    -- Of timestamps without a zone: days of UTC, whatever the session's zone is.
    cross join lateral generate_series(
        date_trunc('day', e.first at time zone 'UTC'), date_trunc('day', e.last at time zone 'UTC'), interval '1 day'
    ) as s (day)
) d
$$);
grant select on published.daily_activity to rookery_reader, rookery_reducer;
