-- Purpose: the version that everybody sees. Index: projection_pk; projection_published allows one.
update control.projection set state = 'published', since = clock_timestamp() where projection = $1 and version = $2
