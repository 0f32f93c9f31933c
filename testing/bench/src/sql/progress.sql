-- Purpose: how far the slowest projection worker is. Index: checkpoint_pk, a row per version of a projection.
select coalesce(min(position), 0) from control.checkpoint
