-- The widths of folded counts, in UTC. An enum reads well in SQL, takes 4 bytes in a key and sorts from fine to coarse.
create type control.granularity as enum ('minute', 'hour', 'day', 'month', 'all');
