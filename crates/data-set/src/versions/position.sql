-- Purpose: how far a version is folded. Index: checkpoint_pk.
select position from control.checkpoint where projection = $1 and version = $2 and shard = 0
