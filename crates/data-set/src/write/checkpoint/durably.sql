-- Purpose: for this transaction, a commit that was answered survives the server: an operator was told. Index: none.
select set_config('synchronous_commit', 'on', true)
