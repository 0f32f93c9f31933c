-- Purpose: an account's own feed. Indexes: feed_pk and merged_pk, the owner's ranges.
with unmerged as (
    delete from merged where owner = $1
)
delete from feed where owner = $1
