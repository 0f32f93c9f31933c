-- What an account is notified of.
create type control.notice as enum ('followed', 'liked', 'reposted', 'replied', 'moderated');
