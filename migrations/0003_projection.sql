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

-- For later migrations: runs a statement in the schema of every version of a projection, which names without a schema
-- mean then. Which versions there are, and which one is published, is data by that time.
create procedure control.in_each_version(of_projection text, statement text) language plpgsql as $$
declare
    path text := current_setting('search_path');
    schema text;
begin
    for schema in select p.projection || '_v' || p.version from control.projection p
                  where p.projection = of_projection order by p.version loop
        perform set_config('search_path', quote_ident(schema), true);
        execute statement;
    end loop;
    perform set_config('search_path', path, true);
end
$$;

-- The same in the schema of the published version alone: for views.
create procedure control.in_published_version(of_projection text, statement text) language plpgsql as $$
declare
    path text := current_setting('search_path');
begin
    perform set_config('search_path', quote_ident(p.projection || '_v' || p.version), true) from control.projection p
    where p.projection = of_projection and p.state = 'published';
    execute statement;
    perform set_config('search_path', path, true);
end
$$;
revoke execute on procedure control.in_each_version(text, text), control.in_published_version(text, text) from public;
