-- Purpose: a block.
insert into social_v1.blocked (blocker, blocked, position, blocked_at) values ($1, $2, $3, now())
