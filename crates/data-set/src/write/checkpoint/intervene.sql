-- Purpose: the fence for whoever changes parked events beside the worker: locks the checkpoint, and makes the worker read
-- them anew. Index: checkpoint_pk.
update control.checkpoint
set parked_generation = parked_generation + 1
where projection = $1 and version = $2 and shard = $3 and lineage = $4
