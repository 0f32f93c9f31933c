-- Purpose: rows that were written before their author had too many followers. Index: none, a test's few rows.
select count(*) from feeds_v1.feed f join feeds_v1.merged m on m.owner = f.owner and m.author = f.author
