-- Replies of one author, newest first: few or none of the author's messages may be replies, so `message_by_author`
-- could be walked for long.
create index reply_by_author on social_v1.message (author, id) where in_reply_to is not null;
