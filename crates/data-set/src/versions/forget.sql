-- Purpose: a version that is not published, with its checkpoint, heartbeat and parked events. Index: projection_pk.
delete from control.projection where projection = $1 and version = $2 and state <> 'published'
