-- Purpose: how far each version had folded which log. Index: none, there are few rows. Why this order: for people.
select projection, version, shard, position, lineage, event
from control.checkpoint
order by projection, version, shard
