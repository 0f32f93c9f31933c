-- Purpose: all versions of one projection. Index: projection_pk. Why this order: the age.
select projection, version, state from control.projection where projection = $1 order by version
