-- Which versions of each projection there are. The tables of version N are in the schema <projection>_v<N>. What is
-- known of a version in other tables goes with it, and nobody begins one that is not there.
--   building   folded by `rookery rebuild` alone, seen by nobody
--   standby    folded by the reducers, seen by nobody: what can be published at once
--   published  folded by the reducers, and what the views of `published` show
create table control.projection (
    projection text not null,
    version integer not null,
    state text not null,
    -- When it came into this state.
    since timestamptz not null default now(),
    constraint projection_pk primary key (projection, version),
    constraint projection_state check (state in ('building', 'standby', 'published'))
);
create unique index projection_published on control.projection (projection) where state = 'published';
insert into control.projection (projection, version, state) values ('social', 1, 'published'), ('feeds', 1, 'published');

-- The next version's number. A sequence, because a number that was used must never come again: a projection worker that
-- has not noticed yet that its version was dropped would write into the tables of the next one.
create sequence control.social_version as integer start 2;
create sequence control.feeds_version as integer start 2;
