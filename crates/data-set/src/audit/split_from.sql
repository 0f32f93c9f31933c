-- Purpose: from how many messages on a period is split. Index: none.
select control.split_from()
