-- Lists of one author, newest first. (Lists of all messages use `message_tag` with the empty tag.)
create index message_by_author on social_v1.message (author, created_at, id);
