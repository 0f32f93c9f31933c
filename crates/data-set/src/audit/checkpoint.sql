-- Purpose: the position that the rows are at. Index: checkpoint_pk.
select position, lineage from control.checkpoint where projection = $1 and version = $2 and shard = $3
