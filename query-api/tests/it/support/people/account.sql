-- Purpose: an account without numbers.
insert into social_v1.account (id, handle, display_name, bio, registered_at)
values ($1, $2, upper($2), 'about ' || $2, '2026-01-01T00:00:00Z')
