-- Which tags were used in a month, for the busiest of them. Its columns never change, so a count that grows touches no
-- index still; a row of it is written once per tag and month. Without the empty tag, so that nobody who names a tag is led
-- through all of them.
call control.in_each_version('social', $$
    create index message_count_of_month on message_count (granularity, starts_at, tag)
        where author = 0 and granularity = 'month' and tag <> ''
$$);
