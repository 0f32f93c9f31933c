-- Purpose: the rows of a version belong to another log from now on. Index: checkpoint_pk.
update control.checkpoint set lineage = $4
where projection = $1 and version = $2 and shard = $3
