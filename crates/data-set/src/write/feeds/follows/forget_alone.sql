-- Purpose: authors whom nobody follows any more. Index: author_pk.
delete from author where account = any($1::bigint[]) and followers = 0
