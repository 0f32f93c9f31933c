-- Purpose: likes that were taken back end. Index: liked_open.
update liked e
set to_position = g.position, to_at = g.at, ended_by = 'undone'
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[]) as g (account, message, position, at)
where e.account = g.account and e.message = g.message and e.to_position is null and e.from_position < g.position
