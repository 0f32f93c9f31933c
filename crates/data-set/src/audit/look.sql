-- Purpose: every later statement of the transaction sees the same moment. Index: none.
set transaction isolation level repeatable read, read only
