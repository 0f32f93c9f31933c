-- Purpose: many new messages, none of which is there. Indexes: message_pk, message_by_author.
copy message (id, author, text, tags, in_reply_to, created_at, edited_at, edition) from stdin (format binary)
