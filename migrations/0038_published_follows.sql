create view published.follows as
select follower, followee, position, followed_at from social_v1.follow;
comment on view published.follows is
    'Who follows whom, since which position in the log.';
