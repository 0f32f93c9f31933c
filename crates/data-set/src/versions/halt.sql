-- Purpose: where a version stands; it stays there until the end of the transaction. Index: checkpoint_pk.
select position from control.checkpoint where projection = $1 and version = $2 and shard = 0 for update
