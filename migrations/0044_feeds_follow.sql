-- Who follows whom, and from which position on the follower sees the entries of the followee.
create table feeds_v1.follow (
    follower bigint not null,
    followee bigint not null,
    position bigint not null,
    visible_from bigint not null,
    constraint follow_pk primary key (follower, followee)
);
create index follow_by_followee on feeds_v1.follow (followee) include (follower, visible_from);
