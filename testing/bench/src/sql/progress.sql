-- Purpose: how far the slowest lane is. Index: checkpoint_pk, a row per lane.
select coalesce(min(position), 0) from control.checkpoint
