-- Purpose: from which log a version was folded. Index: checkpoint_pk.
select lineage from control.checkpoint where projection = $1 and version = $2 and shard = 0
