-- Purpose: the number of the next version. Index: none.
select nextval(format('control.%I', $1 || '_version'))::integer
