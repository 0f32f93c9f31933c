-- Purpose: a version begins with another log; whoever folds it is fenced off first. Index: checkpoint_pk.
update control.checkpoint set position = 0, lineage = $4, event = null, folded_at = now()
where projection = $1 and version = $2 and shard = $3
