-- Purpose: from how many messages on a period is divided. Index: none.
select control.divided_from()
