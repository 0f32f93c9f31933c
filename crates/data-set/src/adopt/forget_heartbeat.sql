-- Purpose: no word of the other log's head, which a heartbeat would never take back. Index: worker_heartbeat_pk.
delete from control.worker_heartbeat where projection = $1 and version = $2 and shard = $3
