-- Purpose: a mute.
insert into social_v1.muted (muter, muted, position, muted_at) values ($1, $2, $3, now())
