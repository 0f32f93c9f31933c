-- Purpose: the fence for whoever changes parked events beside the lane: locks the checkpoint, and makes the lane read
-- them anew. Index: checkpoint_pk.
update control.checkpoint
set parked_generation = parked_generation + 1
where projection = $1 and version = $2 and shard = $3 and lineage = $4
