-- Purpose: the version that everybody reads. Index: projection_published.
select version from control.projection where projection = $1 and state = 'published'
