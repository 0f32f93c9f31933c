-- Purpose: the fence. Moves the checkpoint only from where the batch begins, and only for a worker that knows what is
-- parked. Index: checkpoint_pk.
update control.checkpoint
set position = $7, event = $8, folded_at = now()
where projection = $1 and version = $2 and shard = $3 and lineage = $4 and position = $5 and parked_generation = $6
