-- Purpose: the authors of messages. Index: entry_by_message, one range per message.
select message, author from entry where message = any($1::bigint[]) and position = message
