-- Purpose: from how many logs some versions were folded; positions of two cannot be compared. Index: checkpoint_pk.
select count(distinct lineage) from control.checkpoint where projection = $1 and version = any($2)
