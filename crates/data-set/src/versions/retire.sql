-- Purpose: the published version makes room, and is folded on. Index: projection_pk.
update control.projection set state = 'standby', since = clock_timestamp() where projection = $1 and version = $2
