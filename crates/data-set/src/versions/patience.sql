-- Purpose: how long this transaction waits for a lock from here on. Index: none.
select set_config('lock_timeout', $1, true)
