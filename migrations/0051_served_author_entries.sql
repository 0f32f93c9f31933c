create view served.author_entries as
select author, position, message from feeds_v1.entry;
comment on view served.author_entries is
    'What each account showed its followers: messages (position = message) and reposts.';
