-- Counts on the clock and the calendar of a zone. Counts per hour of UTC cannot be added up to days where clocks differ
-- from UTC by half an hour. So an hour is taken as it is folded where it lies in one bucket as a whole; an hour that
-- is cut by a bucket or by the range is taken by its minutes if it is split, and by its messages if it is not; and so are
-- days and months that are not split. Each is a range of an index between the two times: no more is read than
-- the messages in between, and where there are many, far less.
create function published.local_counts(
    bucket text, zone text, from_time timestamptz, to_time timestamptz, of_tag text default ''
) returns table (local_start timestamp, starts_at timestamptz, messages bigint)
    language sql stable
as $$
    with hours as materialized (
        select
            c.starts_at as at, c.messages, c.messages >= control.split_from() as is_split,
            greatest(c.starts_at, from_time) as first,
            least(c.starts_at + interval '1 hour', to_time) as last,
            c.starts_at >= from_time and c.starts_at + interval '1 hour' <= to_time
                and date_trunc(bucket, c.starts_at, zone)
                    = date_trunc(bucket, c.starts_at + interval '1 hour' - interval '1 microsecond', zone) as is_whole
        from served.folded_counts c
        where c.author = 0 and c.tag = of_tag and c.grain = 'hour'
            and c.starts_at > from_time - interval '1 hour' and c.starts_at < to_time
    ), few as materialized (
        select h.first, h.last from hours h where not h.is_whole and not h.is_split
        union all
        select
            greatest(c.starts_at, from_time),
            least(to_time, case g.granularity
                when 'month' then (c.starts_at at time zone 'UTC' + interval '1 month') at time zone 'UTC'
                else c.starts_at + g.longest
            end)
        from (values ('day'::control.granularity, interval '24 hours'), ('month', interval '744 hours'))
            as g (granularity, longest)
        cross join lateral (
            select c.starts_at
            from served.folded_counts c
            where c.author = 0 and c.tag = of_tag and c.grain = g.granularity
                and c.starts_at > from_time - g.longest and c.starts_at < to_time
                and c.messages < control.split_from()
        ) c
        -- A minute that the range cuts.
        union all
        select greatest(m.at, from_time), least(m.at + interval '1 minute', to_time)
        from (
            select date_trunc('minute', from_time, 'UTC') as at union select date_trunc('minute', to_time, 'UTC')
        ) m
        join hours h on h.is_split and not h.is_whole and h.at = date_trunc('hour', m.at, 'UTC')
        where m.at < from_time or m.at + interval '1 minute' > to_time
    ), counted as (
        select h.at, h.messages from hours h where h.is_whole
        union all
        select m.starts_at, m.messages
        from hours h
        cross join lateral (
            select c.starts_at, c.messages
            from served.folded_counts c
            where c.author = 0 and c.tag = of_tag and c.grain = 'minute'
                and c.starts_at >= h.first and c.starts_at <= h.last - interval '1 minute'
        ) m
        where h.is_split and not h.is_whole
        union all
        select k.created_at, 1
        from few f
        cross join lateral (
            select k.created_at from published.message_tags k
            where k.tag = of_tag and k.created_at >= f.first and k.created_at < f.last
        ) k
    )
    select b.starts_at at time zone zone, b.starts_at, sum(b.messages)::bigint
    from (select date_trunc(bucket, c.at, zone) as starts_at, c.messages from counted c) b
    group by 2
    order by 2
$$;
comment on function published.local_counts(text, text, timestamptz, timestamptz, text) is
    'Messages created per bucket (minute, hour, day, week, month, quarter, year) of a time zone, from from_time until before to_time, with a tag or with any (the default). local_start is what the clock there shows at starts_at. Exact in every zone whose clocks differ from UTC by whole minutes, as all do since 1972. Buckets without messages are missing.';
grant execute on function published.local_counts(text, text, timestamptz, timestamptz, text)
    to rookery_reader, rookery_reducer;
