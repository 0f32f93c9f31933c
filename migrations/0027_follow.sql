-- Who follows whom. The position is that of the event which began it, and orders both lists.
create table social_v1.follow (
    follower bigint not null,
    followee bigint not null,
    position bigint not null,
    followed_at timestamptz not null,
    constraint follow_pk primary key (follower, followee)
);
create index follow_by_follower on social_v1.follow (follower, position);
create index follow_by_followee on social_v1.follow (followee, position);
