-- Purpose: a bookmark, which nobody counts.
insert into social_v1.bookmarked (account, message, position, bookmarked_at) values ($1, $2, $3, now())
