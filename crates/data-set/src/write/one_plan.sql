-- Purpose: for this transaction, every statement walks indexes from the rows that it is given, no matter what
--   statistics say: a table that was empty when a plan was made may hold millions of rows before somebody analyses it.
-- Index: none. The memory holds the sorted rows of one statement, of a batch or of a chunk of a fan-out.
select
    set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
    set_config('jit', 'off', true), set_config('work_mem', '32MB', true)
