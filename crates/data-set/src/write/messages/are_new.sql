-- Purpose: whether a batch brings only new messages of accounts that were not given up, as almost every one does.
-- Index: message_pk, one range; former_account_pk, a look-up per author.
select not exists (select from message where id >= $1 and id <= $2)
   and not exists (select from former_account where id = any($3::bigint[]))
