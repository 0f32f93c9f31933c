-- Purpose: the position that the rows are at, kept there: the fence of a batch updates this row, and waits. In a transaction
--   that reads what is committed, so the statements behind it see the batch that it waited for. Index: checkpoint_pk.
select position, lineage from control.checkpoint where projection = $1 and version = $2 and shard = $3 for update
