-- Purpose: the versions that reducers fold. Index: none, there are few rows.
-- Why this order: none is needed; it keeps logs alike.
select projection, version, state from control.projection where state in ('standby', 'published')
order by projection, version
