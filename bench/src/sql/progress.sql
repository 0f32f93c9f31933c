-- Purpose: how far the fold is. Index: checkpoint_pk.
select coalesce(max(position), 0) from control.checkpoint where projection = 'social'
