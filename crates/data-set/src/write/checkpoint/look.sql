-- Purpose: how far a projection is folded, for somebody who only watches: waits for nobody. Index: checkpoint_pk.
select position, event, parked_generation as generation from control.checkpoint
where projection = $1 and version = $2 and shard = $3
