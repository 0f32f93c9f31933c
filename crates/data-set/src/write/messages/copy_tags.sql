-- Purpose: the tags of many new messages, in the order of the key. Index: message_tag_pk.
copy message_tag (tag, created_at, id, author) from stdin (format binary)
