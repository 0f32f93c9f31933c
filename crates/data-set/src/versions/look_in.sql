-- Purpose: what names without a schema mean, for this transaction. Index: none.
select set_config('search_path', $1, true)
