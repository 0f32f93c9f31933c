-- Purpose: a new version. Index: projection_pk.
insert into control.projection (projection, version, state) values ($1, $2, 'building')
