-- Purpose: a planted bug: the checkpoint moves from wherever it is. Index: checkpoint_pk.
update control.checkpoint
set position = $7, event = $8, folded_at = now()
where projection = $1 and version = $2 and shard = $3 and lineage = $4
    and $5::bigint is not null and $6::bigint is not null
