-- Purpose: everything from here on is of one moment. Index: none.
begin isolation level repeatable read read only
