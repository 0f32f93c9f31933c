-- Purpose: a version in another state. Index: projection_pk.
update control.projection set state = $3, since = clock_timestamp()
where projection = $1 and version = $2 and state <> 'published'
