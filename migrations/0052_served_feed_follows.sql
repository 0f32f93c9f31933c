create view served.feed_follows as
select follower, followee, position, visible_from from feeds_v1.follow;
comment on view served.feed_follows is
    'Who follows whom in the home timelines, and from which position on entries are seen.';
