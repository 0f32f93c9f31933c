-- Purpose: the fence. Moves the checkpoint only from where the batch begins. Index: checkpoint_pk.
update control.checkpoint
set position = $6, folded_at = now()
where projection = $1 and version = $2 and shard = $3 and lineage = $4 and position = $5
