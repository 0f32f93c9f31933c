create view published.follows as
select follower, followee, position, followed_at from social_v1.follow;
