-- Purpose: an account's own feed. Indexes: feed_pk and merged_pk, the owner's ranges.
with unmerged as (
    delete from feeds_v1.merged where owner = $1
)
delete from feeds_v1.feed where owner = $1
