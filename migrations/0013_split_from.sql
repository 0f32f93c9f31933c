-- A period with so many messages is split: it has counts of finer granularity. It is also the most that a count reads
-- row by row at each end of a range, except for the last minute. 256 rows of an index are read in the time of a few
-- look-ups. The planner replaces the call by the number.
create function control.split_from() returns bigint language sql immutable parallel safe as 'select 256::bigint';
