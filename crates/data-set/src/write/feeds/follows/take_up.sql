-- Purpose: an author's entries are written to feeds again. Index: author_pk.
update author set is_merged = false where account = $1
